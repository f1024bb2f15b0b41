-- Wait for the turn to rank: two rankings at once would both write the same stretches.
select set_config('lock_timeout', '60s', true) as lock_timeout;

insert into warehouse.etl_lock as target (lock_name, lock_key)
values ('ranks', '')
on conflict on constraint etl_lock_pk do nothing;

select lock_name
from warehouse.etl_lock
where lock_name = 'ranks' and lock_key = ''
for update;
