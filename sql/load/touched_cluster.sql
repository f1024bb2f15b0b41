-- Find the clusters of plays that this batch touches, and read those that need pairing.
-- A cluster: polls and export rows of one match class, each at most 90 s after the one
-- before. Classes without a poll need no derivation and are left out early. What has to
-- be paired (clusters with both kinds) is returned in the order of time; usually nothing.
create temp table touched_observation on commit drop as
with touched_class as (
    select track.match_key
    from pg_temp.new_observation as observation
    inner join warehouse.dim_track as track
        on observation.track_key = track.track_key
    union
    select match_key from pg_temp.changed_class
),

class_track as (
    select
        track.track_key,
        track.match_key
    from touched_class
    inner join warehouse.dim_track as track
        on touched_class.match_key = track.match_key
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
    where poll.listener_key = %(listener_key)s
),

observation as (
    select
        true as is_poll,
        poll.*
    from poll
    union all
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

select
    match_key,
    cluster_number,
    is_poll,
    played_at,
    track_key
from pg_temp.touched_observation
where is_mixed and is_touched
order by match_key, cluster_number, played_at, is_poll, track_key;
