-- Add the staged polled plays to warehouse.source_poll_play, and note which were new.
with added as (
    insert into warehouse.source_poll_play (played_at, track_key, context_key, listener_key)
    select distinct on (poll.played_at, track_key)
        poll.played_at,
        coalesce(track.track_key, 0) as track_key,
        coalesce(context.context_key, 0) as context_key,
        %(listener_key)s as listener_key
    from pg_temp.staged_poll as poll
    left join pg_temp.staged_track as track
        on poll.track_ref = track.track_ref
    left join pg_temp.staged_context as context
        on poll.context_ref = context.context_ref
    order by poll.played_at, track_key
    on conflict on constraint source_poll_play_pk do nothing
    returning played_at, track_key
)

insert into pg_temp.new_observation (played_at, track_key)
select
    played_at,
    track_key
from added;
