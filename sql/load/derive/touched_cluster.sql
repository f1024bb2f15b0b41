-- Find the clusters of plays that this batch touches, and read those that need pairing.
-- A cluster: polls and history rows of one match class, each at most 90 s after the one
-- before. It matters where it holds a poll: the new plays, and the polls of changed classes,
-- are where the walk starts, from neighbour to neighbour. Where they are too many, their classes
-- are read whole instead, but for those without a poll. Either road gives the same pairs. What
-- has to be paired (clusters with both kinds) is returned in the order of time; usually nothing.
-- Benchmark hourly_job measures the walk and what the planner is told, import_history the other road.
analyze pg_temp.new_observation, pg_temp.changed_class;

create temp table touched_observation on commit drop as
with recursive start as (
    select
        seed.played_at,
        seed.match_key,
        count(*) over () <= 2000 as is_walked
    from (
        select
            observation.played_at,
            track.match_key
        from pg_temp.new_observation as observation
        inner join warehouse.dim_track as track
            on observation.track_key = track.track_key
        union
        select
            poll.played_at,
            track.match_key
        from (select distinct match_key from pg_temp.changed_class) as changed
        inner join warehouse.dim_track as track
            on changed.match_key = track.match_key
        inner join warehouse.source_poll_play as poll
            on track.track_key = poll.track_key
        where poll.listener_key = %(listener_key)s
    ) as seed
),

whole_class as (
    select match_key from start
    where not is_walked
    union
    select match_key from pg_temp.changed_class
    where (select bool_or(not start.is_walked) from start)
),

class_track as (
    select
        track.track_key,
        track.match_key
    from (
        select match_key from whole_class
        union
        select match_key from start
    ) as touched_class
    inner join warehouse.dim_track as track
        on touched_class.match_key = track.match_key
),

-- The first rows are moments only (is_poll null): a start is its own neighbour.
near (is_poll, played_at, track_key, context_key, match_key) as (
    select
        null::boolean as is_poll,
        played_at,
        0 as track_key,
        0 as context_key,
        match_key
    from start
    where is_walked
    union
    select
        neighbour.is_poll,
        neighbour.played_at,
        neighbour.track_key,
        neighbour.context_key,
        near.match_key
    from near
    -- Lateral, so that the primary keys are asked for a stretch of three minutes.
    cross join
        lateral (
            select
                true as is_poll,
                poll.played_at,
                poll.track_key,
                poll.context_key
            from warehouse.source_poll_play as poll
            where
                poll.listener_key = %(listener_key)s
                and poll.played_at >= near.played_at - interval '90 seconds'
                and poll.played_at <= near.played_at + interval '90 seconds'
            union all
            select
                false as is_poll,
                play.played_at,
                play.track_key,
                play.context_key
            from warehouse.fact_play as play
            where
                play.listener_key = %(listener_key)s
                and play.ms_source > 0
                and play.played_at >= near.played_at - interval '90 seconds'
                and play.played_at <= near.played_at + interval '90 seconds'
        ) as neighbour
    inner join class_track
        on
            neighbour.track_key = class_track.track_key
            and near.match_key = class_track.match_key
),

-- A poll may have lent its context to a history row that has left its class: never farther away.
lent as (
    select
        play.played_at,
        play.track_key,
        play.context_key,
        track.match_key
    from start
    cross join
        lateral (
            select
                played_at,
                track_key,
                context_key
            from warehouse.fact_play
            where
                listener_key = %(listener_key)s
                and ms_source > 0
                and context_key <> 0
                and played_at >= start.played_at - interval '90 seconds'
                and played_at <= start.played_at + interval '90 seconds'
        ) as play
    inner join warehouse.dim_track as track
        on play.track_key = track.track_key
    where
        start.is_walked
        and track.match_key in (select c.match_key from pg_temp.changed_class as c)
),

poll as (
    select
        poll.played_at,
        poll.track_key,
        poll.context_key,
        class_track.match_key
    from whole_class
    inner join class_track
        on whole_class.match_key = class_track.match_key
    inner join warehouse.source_poll_play as poll
        on class_track.track_key = poll.track_key
    where poll.listener_key = %(listener_key)s
),

observation as (
    select *
    from near
    where is_poll is not null
    union
    select
        false as is_poll,
        lent.*
    from lent
    union
    select
        true as is_poll,
        poll.*
    from poll
    union
    select
        false as is_poll,
        play.played_at,
        play.track_key,
        play.context_key,
        class_track.match_key
    from whole_class
    inner join class_track
        on whole_class.match_key = class_track.match_key
    inner join warehouse.fact_play as play
        on class_track.track_key = play.track_key
    where
        -- Or all plays would be read for no class (benchmark hourly_job).
        (select count(w.match_key) from whole_class as w) > 0
        and play.listener_key = %(listener_key)s
        and play.ms_source > 0
        and (
            class_track.match_key in (select p.match_key from poll as p)
            or (
                play.context_key <> 0
                and class_track.match_key in (select c.match_key from pg_temp.changed_class as c)
            )
        )
),

parted as (
    select
        observation.*,
        played_at - lag(played_at) over in_time <= interval '90 seconds' as is_continued,
        (played_at, track_key) in (select
            n.played_at,
            n.track_key
        from pg_temp.new_observation as n)
        or match_key in (select c.match_key from pg_temp.changed_class as c) as is_touched
    from observation
    window in_time as (partition by match_key order by played_at, is_poll, track_key)
),

clustered as (
    select
        parted.*,
        count(*) filter (where is_continued is not true) over (
            partition by match_key order by played_at, is_poll, track_key
        ) as cluster_number
    from parted
)

select
    is_poll,
    played_at,
    track_key,
    context_key,
    match_key,
    cluster_number,
    bool_or(is_poll) over in_cluster and bool_or(not is_poll) over in_cluster as is_mixed,
    bool_or(is_touched) over in_cluster as is_touched
from clustered
window in_cluster as (partition by match_key, cluster_number);

-- Plays that end at one moment are taken by their tracks' natural keys: surrogate keys tell
-- who came first.
select
    observation.match_key,
    observation.cluster_number,
    observation.is_poll,
    observation.played_at,
    observation.track_key
from pg_temp.touched_observation as observation
inner join warehouse.dim_track as track
    on observation.track_key = track.track_key
where observation.is_mixed and observation.is_touched
order by
    observation.match_key,
    observation.cluster_number,
    observation.played_at,
    observation.is_poll,
    track.track_uri collate "C",
    track.folded_name collate "C",
    track.folded_artist_name collate "C";
