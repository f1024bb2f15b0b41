-- Keep the rows that may be told twice in warehouse.source_history_play, with all that may be the same.
-- A row may be the same as another that tells the same second, of one song or with one listened
-- time; or that ends within two seconds of it with the same listened time, where one of them was
-- heard offline. The reader has found those of its batch (staged_telling); here come those
-- that meet what earlier batches and imports have told. Whether they are the same is decided in
-- derive/history_telling.sql.
create temp view keyed_telling as
select
    staged.file_number,
    staged.row_number,
    to_timestamp(staged.told_s) as told_at,
    to_timestamp(staged.played_s) as played_at,
    to_timestamp(staged.started_ms / 1000.0) as started_at,
    coalesce(track.track_key, 0) as track_key,
    coalesce(episode.episode_key, 0) as episode_key,
    staged.ms_played,
    detail.play_detail_key,
    platform.platform_key
from pg_temp.staged_telling as staged
left join (
    select
        track_ref,
        track_key
    from pg_temp.staged_track
    union all
    select
        track_ref,
        track_key
    from pg_temp.staged_earlier_track
) as track
    on staged.track_ref = track.track_ref
left join pg_temp.staged_episode as episode
    on staged.episode_ref = episode.episode_ref
inner join pg_temp.staged_play_detail as detail
    on staged.play_detail_ref = detail.play_detail_ref
inner join pg_temp.staged_platform as platform
    on staged.platform_ref = platform.platform_ref;

-- What the ledger keeps of the time that is staged.
create temp table kept_telling on commit drop as
select
    kept.told_at,
    kept.ended_at as played_at,
    kept.started_at,
    kept.track_key,
    kept.episode_key,
    kept.ms_played
from warehouse.source_history_play as kept
where
    kept.listener_key = %(listener_key)s
    and (
        kept.told_at between
        (select min(file.first_told_at) from pg_temp.staged_file as file)
        and (select max(file.last_told_at) from pg_temp.staged_file as file)
        or kept.ended_at between
        (select min(file.first_told_at) - interval '2 seconds' from pg_temp.staged_file as file)
        and (select max(file.last_told_at) + interval '2 seconds' from pg_temp.staged_file as file)
    );

-- The seconds in which a row of this listened time may be the same as one that is kept.
create temp view kept_second as
select
    told_at as near_at,
    ms_played,
    episode_key > 0 as is_episode
from pg_temp.kept_telling
union all
select
    played_at + away * interval '1 second' as near_at,
    ms_played,
    episode_key > 0 as is_episode
from pg_temp.kept_telling
cross join generate_series(-2, 2) as away
where started_at is not null;

create temp table told_row on commit drop as
select *
from pg_temp.keyed_telling;

-- Where nothing is kept of that time, as in a first import, nothing is looked for.
with met as (
    select staged.*
    from pg_temp.keyed_play as staged
    where
        exists (select 1 from pg_temp.kept_telling)
        and (
            (staged.played_at, staged.ms_played) in (
                select
                    kept.near_at,
                    kept.ms_played
                from pg_temp.kept_second as kept
                where not kept.is_episode
            )
            or (staged.played_at, staged.track_key) in (
                select
                    kept.told_at,
                    kept.track_key
                from pg_temp.kept_telling as kept
                where kept.episode_key = 0
            )
        )
    union
    select staged.*
    from pg_temp.keyed_play as staged
    inner join pg_temp.known_play as known
        on staged.played_at = known.played_at and staged.ms_played = known.ms_played
    where
        exists (select 1 from pg_temp.known_play)
        and known.ms_source = 1
        and staged.track_key <> known.track_key
)

insert into pg_temp.told_row
select
    file_number,
    row_number,
    played_at as told_at,
    played_at,
    null as started_at,
    track_key,
    0 as episode_key,
    ms_played,
    play_detail_key,
    platform_key
from met;

with met as (
    select staged.*
    from pg_temp.keyed_episode_play as staged
    where
        (staged.played_at, staged.ms_played) in (
            select
                kept.near_at,
                kept.ms_played
            from pg_temp.kept_second as kept
            where kept.is_episode
        )
        or (staged.played_at, staged.episode_key) in (
            select
                kept.told_at,
                kept.episode_key
            from pg_temp.kept_telling as kept
            where kept.episode_key > 0
        )
    union
    select staged.*
    from pg_temp.keyed_episode_play as staged
    inner join warehouse.fact_episode_play as known
        on staged.played_at = known.played_at and staged.ms_played = known.ms_played
    where
        known.listener_key = %(listener_key)s
        and known.ms_source = 1
        and staged.episode_key <> known.episode_key
)

insert into pg_temp.told_row
select
    file_number,
    row_number,
    played_at as told_at,
    played_at,
    null as started_at,
    0 as track_key,
    episode_key,
    ms_played,
    play_detail_key,
    platform_key
from met;

delete from pg_temp.staged_history_play as staged
using pg_temp.told_row as told
where staged.file_number = told.file_number and staged.row_number = told.row_number;

delete from pg_temp.staged_history_episode_play as staged
using pg_temp.told_row as told
where staged.file_number = told.file_number and staged.row_number = told.row_number;

-- The seconds in which a play of the ledger may be the same as one of these rows.
create temp table told_second on commit drop as
select distinct
    near.near_at,
    near.ms_played,
    near.track_key,
    near.episode_key
from (
    select
        told_at as near_at,
        ms_played,
        track_key,
        episode_key
    from pg_temp.told_row
    union all
    select
        told.played_at + away * interval '1 second' as near_at,
        told.ms_played,
        -1 as track_key,
        case when told.episode_key > 0 then -1 else 0 end as episode_key
    from pg_temp.told_row as told
    cross join generate_series(-2, 2) as away
    where told.started_at is not null
) as near;

create temp table met_play on commit drop as
select
    play.played_at,
    play.track_key,
    0 as episode_key,
    play.ms_played,
    play.play_detail_key,
    play.platform_key,
    play.import_key
from warehouse.fact_play as play
where
    play.listener_key = %(listener_key)s
    and play.ms_source = 1
    and play.played_at >= (select min(near.near_at) from pg_temp.told_second as near)
    and play.played_at <= (select max(near.near_at) from pg_temp.told_second as near)
    and (
        (play.played_at, play.ms_played) in (
            select
                near.near_at,
                near.ms_played
            from pg_temp.told_second as near
            where near.episode_key = 0
        )
        or (play.played_at, play.track_key) in (
            select
                near.near_at,
                near.track_key
            from pg_temp.told_second as near
            where near.episode_key = 0
        )
    )
union all
select
    play.played_at,
    0 as track_key,
    play.episode_key,
    play.ms_played,
    play.play_detail_key,
    play.platform_key,
    play.import_key
from warehouse.fact_episode_play as play
where
    play.listener_key = %(listener_key)s
    and play.ms_source = 1
    and (
        (play.played_at, play.ms_played) in (
            select
                near.near_at,
                near.ms_played
            from pg_temp.told_second as near
            where near.episode_key <> 0
        )
        or (play.played_at, play.episode_key) in (
            select
                near.near_at,
                near.episode_key
            from pg_temp.told_second as near
            where near.episode_key > 0
        )
    );

-- Of a play that such rows make up already, the rows are kept, not the play.
with kept as (
    insert into warehouse.source_history_play (
        told_at,
        ended_at,
        track_key,
        episode_key,
        ms_played,
        play_detail_key,
        listener_key,
        platform_key,
        import_key,
        is_play,
        stands_at,
        stands_key
    )
    select
        met.played_at as told_at,
        met.played_at as ended_at,
        met.track_key,
        met.episode_key,
        met.ms_played,
        met.play_detail_key,
        %(listener_key)s as listener_key,
        met.platform_key,
        met.import_key,
        true as is_play,
        met.played_at as stands_at,
        met.track_key + met.episode_key as stands_key
    from pg_temp.met_play as met
    where
        not exists (
            select 1 from warehouse.source_history_play as kept
            where
                kept.listener_key = %(listener_key)s
                and kept.stands_at = met.played_at
                and kept.stands_key = met.track_key + met.episode_key
                and (kept.episode_key > 0) = (met.episode_key > 0)
        )
    on conflict on constraint source_history_play_pk do nothing
    returning
        told_at,
        track_key,
        episode_key,
        ended_at
)

insert into pg_temp.changed_telling (told_at, track_key, episode_key, played_at)
select
    told_at,
    track_key,
    episode_key,
    ended_at
from kept;

-- Of one song told in one second with one end, the longest is kept; ties go by the remaining
-- natural values in the order of the columns, never by arrival.
create temp table told_contest on commit drop as
with candidate as (
    select
        told.*,
        null::smallint as import_key
    from pg_temp.told_row as told
    union all
    select
        null as file_number,
        null as row_number,
        kept.told_at,
        kept.ended_at as played_at,
        kept.started_at,
        kept.track_key,
        kept.episode_key,
        kept.ms_played,
        kept.play_detail_key,
        kept.platform_key,
        kept.import_key
    from warehouse.source_history_play as kept
    where
        kept.listener_key = %(listener_key)s
        and (kept.told_at, kept.track_key, kept.episode_key, kept.ended_at) in (
            select
                told.told_at,
                told.track_key,
                told.episode_key,
                told.played_at
            from pg_temp.told_row as told
        )
)

select
    candidate.*,
    max(candidate.import_key) over (
        partition by
            candidate.told_at, candidate.track_key, candidate.episode_key, candidate.played_at
    ) as earlier_key,
    row_number() over best as place,
    coalesce(candidate.ms_played, -1) = coalesce(first_value(candidate.ms_played) over best, -1)
    and candidate.play_detail_key = first_value(candidate.play_detail_key) over best
    and candidate.platform_key = first_value(candidate.platform_key) over best as is_best
from candidate
inner join warehouse.dim_play_detail as detail
    on candidate.play_detail_key = detail.play_detail_key
inner join warehouse.dim_platform as platform
    on candidate.platform_key = platform.platform_key
window best as (
    partition by candidate.told_at, candidate.track_key, candidate.episode_key, candidate.played_at
    order by
        candidate.ms_played desc nulls last,
        detail.reason_start collate "C",
        detail.reason_end collate "C",
        detail.country collate "C",
        detail.is_shuffle,
        detail.is_skipped,
        detail.is_offline,
        detail.is_incognito,
        platform.name collate "C",
        candidate.started_at,
        candidate.import_key
);

with kept as (
    insert into warehouse.source_history_play as known (
        told_at,
        ended_at,
        started_at,
        track_key,
        episode_key,
        ms_played,
        play_detail_key,
        listener_key,
        platform_key,
        import_key
    )
    select
        told_at,
        played_at as ended_at,
        started_at,
        track_key,
        episode_key,
        ms_played,
        play_detail_key,
        %(listener_key)s as listener_key,
        platform_key,
        %(import_key)s as import_key
    from pg_temp.told_contest
    where place = 1 and import_key is null
    on conflict on constraint source_history_play_pk do update
        set
            started_at = excluded.started_at,
            ms_played = excluded.ms_played,
            play_detail_key = excluded.play_detail_key,
            platform_key = excluded.platform_key,
            import_key = excluded.import_key
    returning
        told_at,
        track_key,
        episode_key,
        ended_at
)

insert into pg_temp.changed_telling (told_at, track_key, episode_key, played_at)
select
    told_at,
    track_key,
    episode_key,
    ended_at
from kept;
