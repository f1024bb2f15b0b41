-- Note the tracks whose length has changed, for all listeners: their next derivation takes the notes.
-- For all, not for those whose plays are seen here, and written once more where it stands already:
-- see etl_changed_class.sql. Mostly no length has changed.
insert into warehouse.etl_touched_track as target (listener_key, track_key, changes_listens)
select
    listener.listener_key,
    changed.track_key,
    bool_or(changed.changes_listens) as changes_listens
from pg_temp.changed_length as changed
cross join warehouse.dim_listener as listener
group by listener.listener_key, changed.track_key
order by listener.listener_key, changed.track_key
on conflict on constraint etl_touched_track_pk do update
    set changes_listens = target.changes_listens or excluded.changes_listens;
