-- Wait for the app's turn to reserve calls; held until the transaction ends.
select set_config('lock_timeout', '60s', true) as lock_timeout;

insert into warehouse.etl_lock as target (lock_name, lock_key)
values ('quota', %(client_id)s)
on conflict on constraint etl_lock_pk do nothing;

select lock_name
from warehouse.etl_lock
where lock_name = 'quota' and lock_key = %(client_id)s
for update;

delete from warehouse.etl_quota_call
where client_id = %(client_id)s and reserved_at < now() - interval '48 hours';
