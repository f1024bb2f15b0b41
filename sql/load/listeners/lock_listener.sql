-- Wait for the listener's turn: one writer at a time, held until the transaction ends.
-- Waiting, never skipping: the second runner's page may hold what the first one's lacks.
select set_config('lock_timeout', '60s', true) as lock_timeout;

insert into warehouse.etl_lock as target (lock_name, lock_key)
values ('listener', %(listener_key)s::text)
on conflict on constraint etl_lock_pk do nothing;

select lock_name
from warehouse.etl_lock
where lock_name = 'listener' and lock_key = %(listener_key)s::text
for update;
