-- Note changed match classes for the other listeners who have polled plays in them.
insert into warehouse.etl_changed_class (listener_key, match_key)
select distinct
    poll.listener_key,
    track.match_key
from pg_temp.changed_class as changed
inner join warehouse.dim_track as track
    on changed.match_key = track.match_key
inner join warehouse.source_poll_play as poll
    on track.track_key = poll.track_key
where poll.listener_key <> %(listener_key)s
order by poll.listener_key, track.match_key
on conflict on constraint etl_changed_class_pk do nothing;
