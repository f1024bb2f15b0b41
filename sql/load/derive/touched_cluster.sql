-- Find the clusters of plays that this batch touches, and read those that need pairing.
-- An observation is a stretch of time: where nobody tells starts, the 90 s up to an end; else
-- from the earliest start that the end of a play may have to that end, and from a start to the
-- end that is estimated for it. A cluster: observations of one match class whose stretches meet, one
-- after the other; what is no cluster of its own is never paired (everheard/ledger/rules/pairing.py).
-- It matters where it holds more than a history: the new plays, and what polls and others
-- told of changed classes, are where the walk starts, from neighbour to neighbour. Where they are too
-- many, their classes are read whole instead, but for those of a history alone. Either road
-- gives the same pairs. What has to be paired (clusters of several sources) is returned in
-- the order of time; usually nothing. By trust: 1 history, 2 watcher, 3 poll, 4 scrobble.
-- Benchmark hourly_job measures the walk and what the planner is told, import_history the other road.
analyze pg_temp.new_observation, pg_temp.changed_class;

create temp table touched_observation on commit drop as
with recursive reach as (
    -- Plays of 24 hours and pauses of half an hour are the longest: where starts are told, what
    -- was taken away is looked for as far as that, and so are the neighbours of a stretch.
    -- Where nothing but histories has told, there is nothing to be paired.
    select
        told.has_starts,
        told.has_starts
        or exists (
            select 1 from warehouse.source_poll_play
            where listener_key = %(listener_key)s
        )
        or exists (
            select 1 from warehouse.source_told_play
            where listener_key = %(listener_key)s
        ) as has_others,
        case when told.has_starts then interval '24 hours 30 minutes' else interval '90 seconds' end as back,
        case when told.has_starts then interval '24 hours' else interval '0 seconds' end as ahead
    from (
        select count(*) > 0 as has_starts
        from (
            select 1 from warehouse.source_told_play
            where listener_key = %(listener_key)s and ms_source = 3
            order by told_at
            limit 1
        ) as start
    ) as told
),

start as (
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
        where (select r.has_others from reach as r)
        union
        select
            told.played_at,
            track.match_key
        from (select distinct match_key from pg_temp.changed_class) as changed
        inner join warehouse.dim_track as track
            on changed.match_key = track.match_key
        cross join
            lateral (
                select played_at
                from warehouse.source_poll_play
                where listener_key = %(listener_key)s and track_key = track.track_key
                union all
                select told_at as played_at
                from warehouse.source_told_play
                where listener_key = %(listener_key)s and track_key = track.track_key
            ) as told
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
        track.match_key,
        track.duration_ms
    from (
        select match_key from whole_class
        union
        select match_key from start
    ) as touched_class
    inner join warehouse.dim_track as track
        on touched_class.match_key = track.match_key
),

-- The first rows are stretches only (trust null): a start is its own neighbour.
near (
    trust,
    played_at,
    track_key,
    context_key,
    ms_played,
    told_length_ms,
    duration_ms,
    ended_at,
    match_key,
    seen_from,
    seen_to
) as (
    select
        null::integer as trust,
        start.played_at,
        0 as track_key,
        0 as context_key,
        null::integer as ms_played,
        null::integer as told_length_ms,
        null::integer as duration_ms,
        null::timestamptz as ended_at,
        start.match_key,
        start.played_at - reach.back as seen_from,
        start.played_at + reach.ahead as seen_to
    from start
    cross join reach
    where start.is_walked
    union
    select
        neighbour.trust,
        neighbour.played_at,
        neighbour.track_key,
        neighbour.context_key,
        neighbour.ms_played,
        neighbour.told_length_ms,
        class_track.duration_ms,
        neighbour.ended_at,
        near.match_key,
        stretch.seen_from,
        stretch.seen_to
    from near
    -- Lateral, so that the primary keys are asked for a stretch of three minutes.
    cross join
        lateral (
            select
                3 as trust,
                poll.played_at,
                poll.track_key,
                poll.context_key,
                null::integer as ms_played,
                null::integer as told_length_ms,
                null::timestamptz as ended_at
            from warehouse.source_poll_play as poll
            where
                poll.listener_key = %(listener_key)s
                and poll.played_at >= near.seen_from
                and poll.played_at <= near.seen_to + (select r.back from reach as r)
            union all
            select
                1 as trust,
                play.played_at,
                play.track_key,
                play.context_key,
                play.ms_played,
                null::integer as told_length_ms,
                null::timestamptz as ended_at
            from warehouse.fact_play as play
            where
                play.listener_key = %(listener_key)s
                and play.ms_source = 1
                and play.played_at >= near.seen_from
                and play.played_at <= near.seen_to + (select r.back from reach as r)
            union all
            select
                case told.ms_source when 2 then 2 else 4 end as trust,
                told.told_at as played_at,
                told.track_key,
                told.context_key,
                told.ms_played,
                told.length_ms as told_length_ms,
                told.ended_at
            from warehouse.source_told_play as told
            where
                told.listener_key = %(listener_key)s
                and told.ms_source in (2, 3)
                and told.told_at >= near.seen_from - (select r.ahead from reach as r)
                and told.told_at <= near.seen_to + (select r.back from reach as r)
        ) as neighbour
    inner join class_track
        on
            neighbour.track_key = class_track.track_key
            and near.match_key = class_track.match_key
    cross join
        lateral (
            select
                case
                    when neighbour.trust = 4 then neighbour.played_at
                    when not (select r.has_starts from reach as r) then neighbour.played_at - interval '90 seconds'
                    else neighbour.played_at - interval '30 minutes' - interval '1 millisecond' * least(
                        86400000, coalesce(neighbour.ms_played, class_track.duration_ms, 600000)
                    )
                end as seen_from,
                case
                    when neighbour.trust = 4
                        then neighbour.played_at + interval '1 millisecond' * least(
                            86400000, coalesce(neighbour.told_length_ms, class_track.duration_ms, 600000)
                        )
                    else neighbour.played_at
                end as seen_to
        ) as stretch
    where stretch.seen_from <= near.seen_to and stretch.seen_to >= near.seen_from
),

-- A poll may have lent its context to a history row that has left its class: never farther away.
lent as (
    select
        play.played_at,
        play.track_key,
        play.context_key,
        play.ms_played,
        track.duration_ms,
        track.match_key
    from start
    cross join
        lateral (
            select
                played_at,
                track_key,
                context_key,
                ms_played
            from warehouse.fact_play
            where
                listener_key = %(listener_key)s
                and ms_source = 1
                and context_key <> 0
                and played_at >= start.played_at - interval '90 seconds'
                and played_at <= start.played_at + interval '90 seconds'
        ) as play
    inner join warehouse.dim_track as track
        on play.track_key = track.track_key
    where
        -- Or all plays would be looked at for no class (benchmark import_history).
        (select count(c.match_key) from pg_temp.changed_class as c) > 0
        and start.is_walked
        and track.match_key in (select c.match_key from pg_temp.changed_class as c)
),

-- What is told of whole classes, but for histories.
told as (
    select
        3 as trust,
        poll.played_at,
        poll.track_key,
        poll.context_key,
        null::integer as ms_played,
        null::integer as told_length_ms,
        class_track.duration_ms,
        null::timestamptz as ended_at,
        class_track.match_key
    from whole_class
    inner join class_track
        on whole_class.match_key = class_track.match_key
    inner join warehouse.source_poll_play as poll
        on class_track.track_key = poll.track_key
    where poll.listener_key = %(listener_key)s
    union all
    select
        case told.ms_source when 2 then 2 else 4 end as trust,
        told.told_at as played_at,
        told.track_key,
        told.context_key,
        told.ms_played,
        told.length_ms as told_length_ms,
        class_track.duration_ms,
        told.ended_at,
        class_track.match_key
    from whole_class
    inner join class_track
        on whole_class.match_key = class_track.match_key
    inner join warehouse.source_told_play as told
        on class_track.track_key = told.track_key
    where told.listener_key = %(listener_key)s
),

observation as (
    select
        trust,
        played_at,
        track_key,
        context_key,
        ms_played,
        told_length_ms,
        duration_ms,
        ended_at,
        match_key
    from near
    where trust is not null
    union
    select
        1 as trust,
        lent.played_at,
        lent.track_key,
        lent.context_key,
        lent.ms_played,
        null as told_length_ms,
        lent.duration_ms,
        null as ended_at,
        lent.match_key
    from lent
    union
    select *
    from told
    union
    select
        1 as trust,
        play.played_at,
        play.track_key,
        play.context_key,
        play.ms_played,
        null as told_length_ms,
        class_track.duration_ms,
        null as ended_at,
        class_track.match_key
    from whole_class
    inner join class_track
        on whole_class.match_key = class_track.match_key
    inner join warehouse.fact_play as play
        on class_track.track_key = play.track_key
    where
        -- Or all plays would be read for no class (benchmarks hourly_job, import_history).
        (select count(w.match_key) from whole_class as w) > 0
        and (
            (select count(t.match_key) from told as t) > 0
            or (select count(c.match_key) from pg_temp.changed_class as c) > 0
        )
        and play.listener_key = %(listener_key)s
        and play.ms_source = 1
        and (
            class_track.match_key in (select t.match_key from told as t)
            or (
                play.context_key <> 0
                and class_track.match_key in (select c.match_key from pg_temp.changed_class as c)
            )
        )
),

-- A start may have lost a play whose time was longer, though another ends at that moment.
lost as (
    select
        start.played_at,
        start.match_key
    from start
    where (select r.has_starts from reach as r)
    union all
    select
        start.played_at,
        start.match_key
    from start
    left join observation
        on start.played_at = observation.played_at and start.match_key = observation.match_key
    where observation.match_key is null and not (select r.has_starts from reach as r)
),

stretched as (
    select
        observation.*,
        case
            when observation.trust = 4 then observation.played_at
            when not reach.has_starts then observation.played_at - interval '90 seconds'
            else observation.played_at - interval '30 minutes' - interval '1 millisecond' * least(
                86400000, coalesce(observation.ms_played, observation.duration_ms, 600000)
            )
        end as seen_from,
        case
            when observation.trust = 4
                then observation.played_at + interval '1 millisecond' * least(
                    86400000, coalesce(observation.told_length_ms, observation.duration_ms, 600000)
                )
            else observation.played_at
        end as seen_to,
        start.match_key is not null
        or observation.match_key in (select c.match_key from pg_temp.changed_class as c) as is_touched
    from observation
    left join start
        on observation.played_at = start.played_at and observation.match_key = start.match_key
    cross join reach
    union all
    -- What was there and is no more has left its neighbours.
    select
        null as trust,
        lost.played_at,
        0 as track_key,
        0 as context_key,
        null as ms_played,
        null as told_length_ms,
        null as duration_ms,
        null as ended_at,
        lost.match_key,
        lost.played_at - reach.back as seen_from,
        lost.played_at + reach.ahead as seen_to,
        true as is_touched
    from lost
    cross join reach
),

parted as (
    select
        stretched.*,
        seen_from <= max(seen_to) over (
            in_time rows between unbounded preceding and 1 preceding
        ) as is_continued
    from stretched
    window in_time as (partition by match_key order by seen_from, seen_to, trust, track_key)
),

clustered as (
    select
        parted.*,
        count(*) filter (where is_continued is not true) over (
            partition by match_key order by seen_from, seen_to, trust, track_key
        ) as cluster_number
    from parted
),

judged as (
    select
        clustered.*,
        min(trust) over in_cluster <> max(trust) over in_cluster as is_mixed,
        bool_or(is_touched) over in_cluster as is_in_touched_cluster
    from clustered
    window in_cluster as (partition by match_key, cluster_number)
)

select
    trust,
    played_at,
    track_key,
    context_key,
    ms_played,
    told_length_ms,
    duration_ms,
    ended_at,
    match_key,
    cluster_number,
    is_mixed
from judged
where trust is not null and is_in_touched_cluster;

-- Usually there are few: the planner would read whole dimensions (benchmark hourly_job).
analyze pg_temp.touched_observation;

-- Of what one source tells of one moment and match class, the least natural key stays: surrogate
-- keys tell who came first.
create temp table told_twin on commit drop as
with twin as (
    select
        trust,
        match_key,
        played_at
    from pg_temp.touched_observation
    where trust > 1
    group by trust, match_key, played_at
    having count(*) > 1
),

told as (
    select
        observation.trust,
        observation.played_at,
        observation.track_key,
        first_value(observation.track_key) over (
            partition by observation.trust, observation.match_key, observation.played_at
            order by
                track.track_uri collate "C",
                track.folded_name collate "C",
                track.folded_artist_name collate "C"
        ) as first_track_key
    from twin
    inner join pg_temp.touched_observation as observation
        on
            twin.trust = observation.trust
            and twin.match_key = observation.match_key
            and twin.played_at = observation.played_at
    inner join warehouse.dim_track as track
        on observation.track_key = track.track_key
)

select
    trust,
    played_at,
    track_key,
    first_track_key
from told
where track_key <> first_track_key;

update pg_temp.touched_observation as observation
set
    ms_played = coalesce(observation.ms_played, twin.ms_played),
    told_length_ms = coalesce(observation.told_length_ms, twin.told_length_ms)
from (
    select
        twin.trust,
        twin.played_at,
        twin.first_track_key,
        max(told.ms_played) as ms_played,
        max(told.told_length_ms) as told_length_ms
    from pg_temp.told_twin as twin
    inner join pg_temp.touched_observation as told
        on
            twin.trust = told.trust
            and twin.played_at = told.played_at
            and twin.track_key = told.track_key
    group by twin.trust, twin.played_at, twin.first_track_key
) as twin
where
    observation.trust = twin.trust
    and observation.played_at = twin.played_at
    and observation.track_key = twin.first_track_key;

-- Of one moment the more trusted comes first, then tracks are taken by their natural keys.
select
    observation.match_key,
    observation.cluster_number,
    observation.trust,
    observation.played_at,
    observation.track_key,
    observation.ms_played,
    observation.duration_ms
from pg_temp.touched_observation as observation
inner join warehouse.dim_track as track
    on observation.track_key = track.track_key
left join pg_temp.told_twin as twin
    on
        observation.trust = twin.trust
        and observation.played_at = twin.played_at
        and observation.track_key = twin.track_key
where observation.is_mixed and twin.trust is null
order by
    observation.match_key,
    observation.cluster_number,
    observation.played_at,
    observation.trust,
    track.track_uri collate "C",
    track.folded_name collate "C",
    track.folded_artist_name collate "C";
