-- Wait for the turn to join recordings; held until the transaction ends.
select set_config('lock_timeout', '60s', true) as lock_timeout;

insert into warehouse.etl_lock as target (lock_name, lock_key)
values ('recordings', '')
on conflict on constraint etl_lock_pk do nothing;

select lock_name
from warehouse.etl_lock
where lock_name = 'recordings' and lock_key = ''
for update;
