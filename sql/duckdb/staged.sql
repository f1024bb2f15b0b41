-- Lay the batch out for Postgres (DuckDB): one view for each temporary table that takes it.
create or replace table located as
with file_start as (
    select
        path_number,
        min(rowid) as first_row,
        count(*) as read_count
    from entry
    group by path_number
)

select
    batch_file.*,
    file_start.first_row,
    coalesce(file_start.read_count, 0) as read_count
from batch_file
left join file_start
    on batch_file.path_number = file_start.path_number;

create or replace view staged_artist as
select
    artist_ref,
    name,
    folded as folded_name,
    1 as metadata_level
from artist;

create or replace view staged_album as
select
    album_ref,
    name,
    folded as folded_name,
    folded_artist as folded_artist_name,
    1 as metadata_level
from album;

create or replace view staged_album_artist as
select
    album_ref as owner_ref,
    artist_ref,
    0 as artist_position,
    'main' as artist_role
from album
where artist_ref is not null;

create or replace view staged_track as
select
    track_ref,
    case when starts_with(track_uri, 'spotify:track:') then to_id(track_uri) end as track_id,
    track_uri,
    coalesce(track_name, '') as name,
    folded as folded_name,
    folded_artist as folded_artist_name,
    coalesce(album_ref, 0) as album_ref,
    coalesce(starts_with(track_uri, 'spotify:local:'), false) as is_local,
    case when track_name is null then 0 else 1 end as metadata_level
from track;

create or replace view staged_track_artist as
select
    track_ref as owner_ref,
    artist_ref,
    0 as artist_position,
    'main' as artist_role
from track
where artist_ref is not null;

create or replace view staged_show as
select
    show_ref,
    to_id(show_uri) as show_id,
    coalesce(show_name, '') as name,
    folded as folded_name,
    is_audiobook,
    case when show_name is null then 0 else 1 end as metadata_level
from series;

create or replace view staged_episode as
select
    episode_ref,
    to_id(episode_uri) as episode_id,
    coalesce(episode_name, '') as name,
    folded as folded_name,
    folded_show as folded_show_name,
    coalesce(show_ref, 0) as show_ref,
    case when episode_name is null then 0 else 1 end as metadata_level
from episode;

create or replace view staged_play_detail as
select distinct
    play_detail_ref,
    reason_start,
    reason_end,
    country,
    is_shuffle,
    is_skipped,
    is_offline,
    is_incognito
from play_detail;

create or replace view staged_platform as
select distinct
    platform_ref,
    name
from platform;

create or replace view kept_play as
select
    play.*,
    located.file_number,
    play.entry_id - located.first_row + 1 as row_number,
    telling.entry_id is not null as is_telling
from play
inner join located
    on play.path_number = located.path_number
left join telling
    on play.entry_id = telling.entry_id
where play.place = 1;

create or replace view staged_history_play as
select
    file_number,
    row_number,
    epoch_us(played_at) // 1000000 as played_s,
    item_ref as track_ref,
    ms_played,
    play_detail_ref,
    platform_ref
from kept_play
where kind <> 'episode' and not is_telling
order by played_s, track_ref;

create or replace view staged_history_episode_play as
select
    file_number,
    row_number,
    strftime(played_at, '%Y-%m-%d %H:%M:%S+00') as played_at,
    item_ref as episode_ref,
    ms_played,
    play_detail_ref,
    platform_ref
from kept_play
where kind = 'episode' and not is_telling
order by played_at, episode_ref;

create or replace view staged_telling as
select
    file_number,
    row_number,
    epoch_us(told_at) // 1000000 as told_s,
    epoch_us(played_at) // 1000000 as played_s,
    case when is_moved then epoch_ms(started_at) end as started_ms,
    case when kind <> 'episode' then item_ref end as track_ref,
    case when kind = 'episode' then item_ref end as episode_ref,
    ms_played,
    play_detail_ref,
    platform_ref
from kept_play
where is_telling
order by told_s, played_s, track_ref, episode_ref;

create or replace view staged_skip as
select
    located.file_number,
    entry.rowid - located.first_row + 1 as row_number,
    entry.reason
from entry
inner join located
    on entry.path_number = located.path_number
where entry.reason is not null
union all
select
    located.file_number,
    play.entry_id - located.first_row + 1 as row_number,
    case
        when (play.ms_played is not distinct from play.most_ms) then 'exact repeat'
        else 'less of the same in the same second'
    end as reason
from play
inner join located
    on play.path_number = located.path_number
where play.place > 1
order by file_number, row_number;

create or replace table file_total as
select
    path_number,
    count(*) filter (where is_moved) as moved_count,
    coalesce(sum(ms_played) filter (where place = 1 and kind <> 'episode'), 0)::bigint as music_ms,
    coalesce(sum(ms_played) filter (where place = 1 and kind = 'episode'), 0)::bigint as episode_ms
from play
group by path_number;

-- What a file tells, from which follows what it covers and whether it is a history.
create or replace table file_telling as
with judged as (
    select
        path_number,
        count(*) filter (
            where reason in ('no readable row', 'no readable date', 'no readable listening time')
        ) as unreadable_count,
        count(*) filter (
            where reason is null and kind <> 'unknown' and ms_played is not null
        ) as whole_count
    from entry
    group by path_number
),

told as (
    select
        path_number,
        told_at,
        told_at >= lag(told_at) over (partition by path_number order by rowid) as is_later
    from entry
    where reason is null
),

stretch as (
    select
        path_number,
        min(told_at) as first_told_at,
        max(told_at) as last_told_at,
        bool_and(coalesce(is_later, true)) as is_in_order
    from told
    group by path_number
)

select
    judged.*,
    stretch.first_told_at,
    stretch.last_told_at,
    coalesce(stretch.is_in_order, true) as is_in_order
from judged
left join stretch
    on judged.path_number = stretch.path_number;

create or replace view staged_file as
select
    located.file_number,
    located.file_name,
    located.content_digest,
    located.read_count,
    strftime(file_telling.first_told_at, '%Y-%m-%d %H:%M:%S+00') as first_told_at,
    strftime(file_telling.last_told_at, '%Y-%m-%d %H:%M:%S+00') as last_told_at
from located
left join file_telling
    on located.path_number = file_telling.path_number;

-- What the report tells of each file beyond the tally.
create or replace view told_file as
select
    located.file_number,
    file_telling.first_told_at,
    file_telling.last_told_at,
    file_telling.is_in_order,
    located.read_count,
    file_telling.unreadable_count,
    file_telling.whole_count,
    coalesce(file_total.moved_count, 0) as moved_count,
    coalesce(file_total.music_ms, 0) as music_ms,
    coalesce(file_total.episode_ms, 0) as episode_ms
from located
inner join file_telling
    on located.path_number = file_telling.path_number
left join file_total
    on located.path_number = file_total.path_number;
