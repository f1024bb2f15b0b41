-- Note changed match classes for all other listeners, who derive them with their next run.
-- For all, not for those whose plays are seen here: one may be writing at this moment, and
-- nobody sees that before it is committed. A note that is there is written once more: who is
-- just taking it waits for us, and then derives from what we have changed.
-- Mostly nothing has changed, and the planner should know: benchmark hourly_job measures it.
analyze pg_temp.changed_class;

insert into warehouse.etl_changed_class as target (listener_key, match_key)
select
    listener.listener_key,
    changed.match_key
from warehouse.dim_listener as listener
cross join (select distinct match_key from pg_temp.changed_class) as changed
where listener.listener_key <> %(listener_key)s
order by listener.listener_key, changed.match_key
on conflict on constraint etl_changed_class_pk do update
    set match_key = excluded.match_key;
