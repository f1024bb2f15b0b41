-- Note changed match classes for the other listeners who have polled plays in them, or
-- export rows that a poll has lent its context to.
analyze pg_temp.changed_class;

with class_track as (
    select
        track.track_key,
        track.match_key
    from pg_temp.changed_class as changed
    inner join warehouse.dim_track as track
        on changed.match_key = track.match_key
),

concerned as (
    select
        poll.listener_key,
        class_track.match_key
    from class_track
    inner join warehouse.source_poll_play as poll
        on class_track.track_key = poll.track_key
    union
    select
        play.listener_key,
        class_track.match_key
    from class_track
    inner join warehouse.fact_play as play
        on class_track.track_key = play.track_key
    where play.ms_source > 0 and play.context_key <> 0
)

insert into warehouse.etl_changed_class (listener_key, match_key)
select
    listener_key,
    match_key
from concerned
where listener_key <> %(listener_key)s
order by listener_key, match_key
on conflict on constraint etl_changed_class_pk do nothing;
