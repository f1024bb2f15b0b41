-- Wait for the listener's turn to rate: the keys of one listener's ratings then grow in the
-- order of their commits, so that a reader who has seen the newest has seen them all.
select set_config('lock_timeout', '60s', true) as lock_timeout;

insert into warehouse.etl_lock as target (lock_name, lock_key)
values ('ratings', %(listener_key)s::text)
on conflict on constraint etl_lock_pk do nothing;

select lock_name
from warehouse.etl_lock
where lock_name = 'ratings' and lock_key = %(listener_key)s::text
for update;
