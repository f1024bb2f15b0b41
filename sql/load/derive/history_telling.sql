-- Decide which rows of histories are one play, and put that play where it stands in warehouse.fact_play.
-- Rows of one song are one play when they tell the same second (and, under other ids, the same
-- listened time), unless both were heard offline and began more than two seconds apart; or when
-- one was set back, they tell the same listened time and end within two seconds. Of what is told
-- both online and offline in one second, the online row is the same as the offline one that ends
-- nearest. The play stands at the earliest end, under the lowest id, with the longest time told
-- under it: never by arrival. Only rows that changed, or whose song did, are looked at,
-- with all that they may be one with; mostly there are none (benchmark hourly_job).
analyze pg_temp.changed_telling;

insert into pg_temp.changed_telling (told_at, track_key, episode_key, played_at)
select
    told.told_at,
    told.track_key,
    told.episode_key,
    told.ended_at
from (select distinct match_key from pg_temp.changed_class) as changed
inner join warehouse.dim_track as track
    on changed.match_key = track.match_key
inner join warehouse.source_history_play as told
    on track.track_key = told.track_key
where told.listener_key = %(listener_key)s and told.track_key > 0;

-- class_key: what counts as one song or episode; an episode's is below 0.
create temp table telling on commit drop as
select
    row_number() over ()::integer as telling_number,
    told.told_at,
    told.ended_at as played_at,
    told.started_at,
    told.track_key,
    told.episode_key,
    told.ms_played,
    told.play_detail_key,
    told.platform_key,
    told.import_key,
    told.stands_at,
    told.stands_key,
    case
        when told.episode_key = 0 then track.match_key
        when episode.folded_name = '' then -told.episode_key
        else
            -min(told.episode_key) over (
                partition by episode.folded_name, episode.folded_show_name
            )
    end as class_key
from warehouse.source_history_play as told
left join warehouse.dim_track as track
    on told.track_key = track.track_key
left join warehouse.dim_episode as episode
    on told.episode_key = episode.episode_key and told.episode_key > 0
where
    told.listener_key = %(listener_key)s
    -- Rows that are one play are told within months of one another: 60 days at most between two.
    and told.told_at >= (
        select min(changed.played_at) - interval '200 days' from pg_temp.changed_telling as changed
    )
    and told.told_at <= (
        select max(changed.told_at) + interval '200 days' from pg_temp.changed_telling as changed
    );

-- Rows that share a mark may be one play, and those that stand at one place were.
-- Marks that one row has alone lead nowhere: mostly all of them (benchmark import_history).
create temp table telling_mark on commit drop as
with mark as (
    select
        telling_number,
        'same item' as mark,
        told_at as marked_at,
        track_key as first_number,
        episode_key as second_number
    from pg_temp.telling
    union all
    select
        telling_number,
        'same time' as mark,
        told_at as marked_at,
        ms_played as first_number,
        class_key as second_number
    from pg_temp.telling
    where ms_played is not null
    union all
    select
        telling_number,
        'near end' as mark,
        date_bin('2 seconds', played_at, '2000-01-01') + away * interval '2 seconds' as marked_at,
        ms_played as first_number,
        class_key as second_number
    from pg_temp.telling
    cross join generate_series(0, 1) as away
    where ms_played is not null
    union all
    select
        telling_number,
        'stood together' as mark,
        stands_at as marked_at,
        stands_key as first_number,
        (episode_key > 0)::integer as second_number
    from pg_temp.telling
    where stands_at is not null
),

counted as (
    select
        mark.*,
        count(*) over (
            partition by mark.mark, mark.marked_at, mark.first_number, mark.second_number
        ) as sharing_count
    from mark
)

select
    telling_number,
    mark,
    marked_at,
    first_number,
    second_number
from counted
where sharing_count > 1;
analyze pg_temp.telling, pg_temp.telling_mark;

create temp table reached_telling on commit drop as
with recursive reached as (
    select telling.telling_number
    from pg_temp.changed_telling as changed
    inner join pg_temp.telling as telling
        on
            changed.told_at = telling.told_at
            and changed.track_key = telling.track_key
            and changed.episode_key = telling.episode_key
            and changed.played_at = telling.played_at
    union
    select other.telling_number
    from reached
    inner join pg_temp.telling_mark as own
        on reached.telling_number = own.telling_number
    inner join pg_temp.telling_mark as other
        on
            own.mark = other.mark
            and own.marked_at = other.marked_at
            and own.first_number = other.first_number
            and own.second_number = other.second_number
)

select telling.*
from reached
inner join pg_temp.telling as telling
    on reached.telling_number = telling.telling_number;
analyze pg_temp.reached_telling;

create temp table told_together on commit drop as
with met as (
    select distinct
        own.telling_number,
        other.telling_number as other_number
    from pg_temp.reached_telling as reached
    inner join pg_temp.telling_mark as own
        on reached.telling_number = own.telling_number
    inner join pg_temp.telling_mark as other
        on
            own.mark = other.mark
            and own.marked_at = other.marked_at
            and own.first_number = other.first_number
            and own.second_number = other.second_number
    where own.telling_number <> other.telling_number and own.mark <> 'stood together'
),

compared as (
    select
        met.*,
        one.told_at = other.told_at and coalesce(
            abs(extract(epoch from one.started_at - other.started_at)) <= 2, true
        ) as is_same_second,
        one.ms_played = other.ms_played
        and coalesce(one.started_at, other.started_at) is not null
        and one.played_at between other.played_at - interval '2 seconds'
        and other.played_at + interval '2 seconds' as is_near_end,
        (one.started_at is null) = (other.started_at is null) as is_told_alike,
        -- Which of several offline rows an online one is told with.
        other.started_at is not null and rank() over (
            partition by met.telling_number, other.started_at is null, one.told_at = other.told_at
            order by other.played_at desc
        ) = 1 as is_last_offline
    from met
    inner join pg_temp.reached_telling as one
        on met.telling_number = one.telling_number
    inner join pg_temp.reached_telling as other
        on met.other_number = other.telling_number
),

linked as (
    select
        telling_number,
        other_number
    from compared
    where (is_same_second and (is_told_alike or is_last_offline)) or is_near_end
)

select
    telling_number,
    other_number
from linked
union
select
    other_number as telling_number,
    telling_number as other_number
from linked;

-- The plays that these rows make up.
create temp table told_play on commit drop as
with recursive walk (root_number, telling_number) as (
    select distinct
        telling_number as root_number,
        telling_number
    from pg_temp.told_together
    union
    select
        walk.root_number,
        link.other_number as telling_number
    from walk
    inner join pg_temp.told_together as link
        on walk.telling_number = link.telling_number
),

clustered as (
    select
        reached.telling_number,
        coalesce(walked.cluster_number, reached.telling_number) as cluster_number
    from pg_temp.reached_telling as reached
    left join (
        select
            root_number as telling_number,
            min(telling_number) as cluster_number
        from walk
        group by root_number
    ) as walked
        on reached.telling_number = walked.telling_number
),

named as (
    select
        clustered.cluster_number,
        reached.*,
        coalesce(track.track_uri, episode.episode_id) as natural_id,
        coalesce(episode.folded_name, track.folded_name) as natural_name,
        coalesce(episode.folded_show_name, track.folded_artist_name) as natural_owner
    from clustered
    inner join pg_temp.reached_telling as reached
        on clustered.telling_number = reached.telling_number
    left join warehouse.dim_track as track
        on reached.track_key = track.track_key
    left join warehouse.dim_episode as episode
        on reached.episode_key = episode.episode_key and reached.episode_key > 0
),

ordered as (
    select
        named.*,
        row_number() over best as place,
        min(named.played_at) over (partition by named.cluster_number) as new_at,
        first_value(named.track_key + named.episode_key) over best as new_key
    from named
    inner join warehouse.dim_play_detail as detail
        on named.play_detail_key = detail.play_detail_key
    inner join warehouse.dim_platform as platform
        on named.platform_key = platform.platform_key
    window best as (
        partition by named.cluster_number
        order by
            named.natural_id collate "C",
            named.natural_name collate "C",
            named.natural_owner collate "C",
            named.ms_played desc nulls last,
            detail.reason_start collate "C",
            detail.reason_end collate "C",
            detail.country collate "C",
            detail.is_shuffle,
            detail.is_skipped,
            detail.is_offline,
            detail.is_incognito,
            platform.name collate "C",
            named.told_at,
            named.played_at
    )
)

-- Two that would stand at one place, under one id, are told as one: the longer.
select
    ordered.*,
    ordered.place = 1 and row_number() over (
        partition by ordered.new_at, ordered.new_key, ordered.episode_key > 0, ordered.place
        order by ordered.ms_played desc nulls last, ordered.told_at, ordered.played_at
    ) = 1 as is_new_play
from ordered;

update warehouse.source_history_play as kept
set
    is_play = told.is_new_play,
    stands_at = told.new_at,
    stands_key = told.new_key
from pg_temp.told_play as told
where
    kept.listener_key = %(listener_key)s
    and kept.told_at = told.told_at
    and kept.track_key = told.track_key
    and kept.episode_key = told.episode_key
    and kept.ended_at = told.played_at
    and (
        kept.is_play <> told.is_new_play
        or kept.stands_at is distinct from told.new_at
        or kept.stands_key is distinct from told.new_key
    );

-- Plays are looked for between the first and the last place, not in all the ledger: in a first
-- import there is none (benchmark import_history).
with stood as (
    select distinct
        stands_at,
        stands_key
    from pg_temp.told_play
    where episode_key = 0 and stands_at is not null
),

gone as (
    delete from warehouse.fact_play as play
    using stood
    where
        play.listener_key = %(listener_key)s
        and play.played_at >= (select min(s.stands_at) from stood as s)
        and play.played_at <= (select max(s.stands_at) from stood as s)
        and play.played_at = stood.stands_at
        and play.track_key = stood.stands_key
        and play.ms_source = 1
        and not exists (
            select 1 from pg_temp.told_play as told
            where
                told.is_new_play
                and told.episode_key = 0
                and told.new_at = play.played_at
                and told.new_key = play.track_key
                and told.play_detail_key = play.play_detail_key
                and told.platform_key = play.platform_key
                and told.import_key = play.import_key
                and told.ms_played is not distinct from play.ms_played
        )
    returning
        play.played_at,
        play.track_key
),

-- A poll that was its partner stands for itself again, or meets another.
noted as (
    insert into pg_temp.changed_class (match_key)
    select distinct track.match_key
    from gone
    inner join warehouse.dim_track as track
        on gone.track_key = track.track_key
)

insert into pg_temp.new_observation (played_at, track_key)
select
    played_at,
    track_key
from gone;

with come as (
    insert into warehouse.fact_play as play (
        played_at,
        track_key,
        ms_played,
        play_detail_key,
        listener_key,
        platform_key,
        ms_source,
        import_key
    )
    select
        told.new_at as played_at,
        told.new_key as track_key,
        told.ms_played,
        told.play_detail_key,
        %(listener_key)s as listener_key,
        told.platform_key,
        1 as ms_source,
        told.import_key
    from pg_temp.told_play as told
    where told.is_new_play and told.episode_key = 0
    order by played_at, track_key
    on conflict on constraint fact_play_pk do update
        set
            ms_played = excluded.ms_played,
            play_detail_key = excluded.play_detail_key,
            platform_key = excluded.platform_key,
            ms_source = excluded.ms_source,
            import_key = excluded.import_key
        where
        play.ms_source <> 1
        or coalesce(excluded.ms_played, -1) > coalesce(play.ms_played, -1)
    returning
        played_at,
        track_key
)

insert into pg_temp.new_observation (played_at, track_key)
select
    played_at,
    track_key
from come;

delete from warehouse.fact_episode_play as play
using (
    select distinct
        stands_at,
        stands_key
    from pg_temp.told_play
    where episode_key > 0
) as stood
where
    play.listener_key = %(listener_key)s
    and play.played_at = stood.stands_at
    and play.episode_key = stood.stands_key
    and play.ms_source = 1
    and not exists (
        select 1 from pg_temp.told_play as told
        where
            told.is_new_play
            and told.episode_key > 0
            and told.new_at = play.played_at
            and told.new_key = play.episode_key
            and told.play_detail_key = play.play_detail_key
            and told.platform_key = play.platform_key
            and told.import_key = play.import_key
            and told.ms_played is not distinct from play.ms_played
    );

insert into warehouse.fact_episode_play as play (
    played_at,
    episode_key,
    ms_played,
    play_detail_key,
    listener_key,
    platform_key,
    ms_source,
    import_key
)
select
    told.new_at as played_at,
    told.new_key as episode_key,
    told.ms_played,
    told.play_detail_key,
    %(listener_key)s as listener_key,
    told.platform_key,
    1 as ms_source,
    told.import_key
from pg_temp.told_play as told
where told.is_new_play and told.episode_key > 0
order by played_at, episode_key
on conflict on constraint fact_episode_play_pk do update
    set
        ms_played = excluded.ms_played,
        play_detail_key = excluded.play_detail_key,
        platform_key = excluded.platform_key,
        import_key = excluded.import_key
    where coalesce(excluded.ms_played, -1) > coalesce(play.ms_played, -1);
