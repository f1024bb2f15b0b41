-- Encode the batch (DuckDB): each distinct thing gets a number, each play becomes numbers.
-- Every spelling of a thing is kept, so that the database alone decides which one wins.
create or replace table artist as
select
    row_number() over ()::integer as artist_ref,
    met.name,
    folded_name.folded
from (
    select distinct artist_name as name
    from spelling
) as met
inner join folded_name
    on met.name = folded_name.name;

create or replace table album as
select
    row_number() over ()::integer as album_ref,
    met.name,
    met.artist_name,
    folded_name.folded,
    coalesce(artist.folded, '') as folded_artist,
    artist.artist_ref
from (
    select distinct
        album_name as name,
        artist_name
    from spelling
) as met
inner join folded_name
    on met.name = folded_name.name
left join artist
    on met.artist_name = artist.name;

-- Numbered on from the batches before, of which sent_track holds this one, too.
create or replace table track as
select
    (
        row_number() over ()
        + (select count(*) from sent_track)
        - (select count(*) from spelling)
    )::integer as track_ref,
    met.*,
    coalesce(folded_name.folded, '') as folded,
    coalesce(artist.folded, '') as folded_artist,
    artist.artist_ref,
    album.album_ref,
    coalesce(
        met.track_uri, coalesce(folded_name.folded, '') || chr(31) || coalesce(artist.folded, '')
    ) as identity
from spelling as met
left join folded_name
    on met.track_name = folded_name.name
left join artist
    on met.artist_name = artist.name
left join album
    on met.album_name = album.name and met.artist_name is not distinct from album.artist_name;

create or replace table series as
select
    row_number() over ()::integer as show_ref,
    met.*,
    coalesce(folded_name.folded, '') as folded
from (
    select distinct
        show_uri,
        show_name,
        is_audiobook
    from episode_spelling
    where coalesce(show_uri, show_name) is not null
) as met
left join folded_name
    on met.show_name = folded_name.name;

create or replace table episode as
select
    row_number() over ()::integer as episode_ref,
    met.*,
    coalesce(folded_name.folded, '') as folded,
    coalesce(series.folded, '') as folded_show,
    series.show_ref,
    coalesce(
        met.episode_uri, coalesce(folded_name.folded, '') || chr(31) || coalesce(series.folded, '')
    ) as identity
from episode_spelling as met
left join folded_name
    on met.episode_name = folded_name.name
left join series
    on
        met.show_uri is not distinct from series.show_uri
        and met.show_name is not distinct from series.show_name
        and met.is_audiobook = series.is_audiobook;

insert into track_item
with known as (
    select
        identity,
        any_value(item_ref) as item_ref
    from track_item
    group by identity
)

select
    track.item_name,
    track.identity,
    coalesce(known.item_ref, track.first_ref) as item_ref
from (
    select
        item_name,
        identity,
        min(track_ref) over (partition by identity) as first_ref
    from track
) as track
left join known
    on track.identity = known.identity
anti join track_item as met
    on track.item_name = met.item_name
group by all;

create or replace view item as
select
    'track' as kind,
    item_name,
    item_ref
from track_item
union all
select distinct
    'episode' as kind,
    item_name,
    min(episode_ref) over (partition by identity) as item_ref
from episode
union all
select
    'unknown' as kind,
    '' as item_name,
    0 as item_ref;

-- Numbered in the order in which ties between plays are decided. Ways of writing that mean the
-- same share a number.
create or replace table play_detail as
select
    dense_rank() over (
        order by
            reason_start nulls last,
            reason_end nulls last,
            country nulls last,
            is_shuffle nulls last,
            is_skipped nulls last,
            is_offline nulls last,
            is_incognito nulls last
    )::integer as play_detail_ref,
    *
from (
    select
        *,
        clean(written_start) as reason_start,
        clean(written_end) as reason_end,
        clean(written_country) as country
    from (
        select distinct
            reason_start as written_start,
            reason_end as written_end,
            country as written_country,
            is_shuffle,
            is_skipped,
            is_offline,
            is_incognito
        from entry
        where reason is null
    ) as met
) as met;

create or replace table platform as
select
    dense_rank() over (order by name)::integer as platform_ref,
    *
from (
    select
        written_name,
        coalesce(clean(written_name), '') as name
    from (
        select distinct platform as written_name
        from entry
        where reason is null
    ) as met
) as met;

-- Of one thing told in one second the longest play is kept; ties go by the remaining values
-- in the order of the ledger's columns, never by arrival. What was heard offline is told when it
-- was sent: plays that end at different times stay.
create or replace table play as
with encoded as (
    select
        entry.rowid as entry_id,
        entry.path_number,
        entry.kind,
        entry.told_at,
        entry.played_at,
        entry.started_at,
        entry.is_moved,
        item.item_ref,
        entry.ms_played,
        detail.play_detail_ref,
        platform.platform_ref
    from entry
    inner join item
        on entry.item_name = item.item_name and entry.kind = item.kind
    inner join play_detail as detail
        on
            entry.reason_start is not distinct from detail.written_start
            and entry.reason_end is not distinct from detail.written_end
            and entry.country is not distinct from detail.written_country
            and entry.is_shuffle is not distinct from detail.is_shuffle
            and entry.is_skipped is not distinct from detail.is_skipped
            and entry.is_offline is not distinct from detail.is_offline
            and entry.is_incognito is not distinct from detail.is_incognito
    inner join platform
        on entry.platform is not distinct from platform.written_name
    where entry.reason is null
)

select
    *,
    row_number() over in_order as place,
    first_value(ms_played) over in_order as most_ms
from encoded
window in_order as (
    partition by told_at, played_at, kind, item_ref
    order by ms_played desc nulls last, play_detail_ref, platform_ref, entry_id
);

-- The plays of which more has to be kept than a play says: set back, or told with another that
-- may be the same. Whether it is, the database says (sql/load/derive/history_telling.sql).
create or replace table telling as
with kept as (
    select
        entry_id,
        kind = 'episode' as is_episode,
        told_at,
        played_at,
        item_ref,
        ms_played,
        is_moved
    from play
    where place = 1
),

moved as (
    select *
    from kept
    where is_moved
),

told_in_one_second as (
    select
        told_at,
        ms_played,
        is_episode
    from kept
    where ms_played is not null
    group by all
    having count(*) > 1
)

select entry_id
from moved
union
select kept.entry_id
from kept
semi join told_in_one_second as other
    on
        kept.told_at = other.told_at
        and kept.ms_played = other.ms_played
        and kept.is_episode = other.is_episode
union
select kept.entry_id
from kept
semi join moved
    on
        kept.told_at = moved.told_at
        and kept.item_ref = moved.item_ref
        and kept.is_episode = moved.is_episode
union
select kept.entry_id
from kept
semi join (
    select
        is_episode,
        ms_played,
        played_at + to_seconds(unnest([-2, -1, 0, 1, 2])) as near_at
    from moved
) as moved
    on
        kept.played_at = moved.near_at
        and kept.ms_played = moved.ms_played
        and kept.is_episode = moved.is_episode;

create or replace table earlier_ref as
select distinct item_ref as track_ref
from play
where
    kind = 'track'
    and item_ref <= (select count(*) from sent_track) - (select count(*) from spelling);
