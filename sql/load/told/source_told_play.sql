-- Add what a watcher or a scrobbling service told to warehouse.source_told_play, and note what was new.
-- Of the same told again, with other figures, the larger ones stay, and a context that was
-- not known: never what came first.
with told as (
    select
        staged.told_at,
        coalesce(track.track_key, 0) as track_key,
        coalesce(context.context_key, 0) as context_key,
        coalesce(context.context_uri, '') as context_uri,
        staged.ms_source,
        staged.ms_played,
        staged.length_ms
    from pg_temp.staged_told as staged
    left join pg_temp.staged_track as track
        on staged.track_ref = track.track_ref
    left join pg_temp.staged_context as context
        on staged.context_ref = context.context_ref
    union all
    select
        known.told_at,
        known.track_key,
        known.context_key,
        coalesce(context.context_uri, '') as context_uri,
        known.ms_source,
        known.ms_played,
        known.length_ms
    from pg_temp.staged_told as staged
    left join pg_temp.staged_track as track
        on staged.track_ref = track.track_ref
    inner join warehouse.source_told_play as known
        on
            staged.ms_source = known.ms_source
            and staged.told_at = known.told_at
            and coalesce(track.track_key, 0) = known.track_key
    left join warehouse.dim_context as context
        on known.context_key = context.context_key
    where known.listener_key = %(listener_key)s
),

merged as (
    select
        told_at,
        track_key,
        ms_source,
        max(ms_played) as ms_played,
        max(length_ms) as length_ms,
        (array_agg(context_key order by context_key = 0, context_uri collate "C"))[1] as context_key
    from told
    group by told_at, track_key, ms_source
),

added as (
    insert into warehouse.source_told_play as target (
        told_at, track_key, ms_played, length_ms, context_key, listener_key, ms_source
    )
    select
        told_at,
        track_key,
        ms_played,
        length_ms,
        context_key,
        %(listener_key)s as listener_key,
        ms_source
    from merged
    order by ms_source, told_at, track_key
    on conflict on constraint source_told_play_pk do update
        set
            ms_played = excluded.ms_played,
            length_ms = excluded.length_ms,
            context_key = excluded.context_key
        where
        target.ms_played is distinct from excluded.ms_played
        or target.length_ms is distinct from excluded.length_ms
        or target.context_key <> excluded.context_key
    returning told_at, track_key
)

insert into pg_temp.new_observation (played_at, track_key)
select
    told_at,
    track_key
from added;
