-- Find the clusters of plays that this batch touches, and read those that need pairing.
-- A cluster: polls and export rows of one match class, each at most 90 s after the one
-- before. From a few new plays the clusters are walked, neighbour by neighbour; changed
-- classes, and all classes of a large batch, are read whole, but for those without a
-- poll, which need no derivation. Either road gives the same touched clusters. What has
-- to be paired (clusters with both kinds) is returned in the order of time; usually nothing.
analyze pg_temp.new_observation, pg_temp.changed_class;

create temp table touched_observation on commit drop as
with recursive new_play as (
    select
        observation.played_at,
        track.match_key,
        count(*) over () <= 2000 as is_walked
    from pg_temp.new_observation as observation
    inner join warehouse.dim_track as track
        on observation.track_key = track.track_key
),

whole_class as (
    select match_key from pg_temp.changed_class
    union
    select match_key from new_play
    where not is_walked
),

touched_class as (
    select match_key from whole_class
    union
    select match_key from new_play
),

class_track as (
    select
        track.track_key,
        track.match_key,
        track.match_key in (select match_key from whole_class) as is_read_whole
    from touched_class
    inner join warehouse.dim_track as track
        on touched_class.match_key = track.match_key
),

-- The first rows are moments only (is_poll null): the new plays are their own neighbours.
near (is_poll, played_at, track_key, context_key, match_key) as (
    select
        null::boolean as is_poll,
        played_at,
        0 as track_key,
        0 as context_key,
        match_key
    from new_play
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

poll as (
    select
        poll.played_at,
        poll.track_key,
        poll.context_key,
        class_track.match_key
    from class_track
    inner join warehouse.source_poll_play as poll
        on class_track.track_key = poll.track_key
    where poll.listener_key = %(listener_key)s and class_track.is_read_whole
),

observation as (
    select *
    from near
    where is_poll is not null
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
    from class_track
    inner join warehouse.fact_play as play
        on class_track.track_key = play.track_key
    where
        play.listener_key = %(listener_key)s
        and play.ms_source > 0
        and (
            class_track.match_key in (select p.match_key from poll as p)
            -- or a poll lent its context while the two still counted as one
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
