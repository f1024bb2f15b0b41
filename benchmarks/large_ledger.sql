-- Give a ledger a past: 850,000 history rows and 300,000 polled plays of 50,000 tracks,
-- a million rows of fact_play in all: sixteen years of eleven sessions a day.
-- Played are a few tracks often and most of them seldom (Zipf, exponent 0.5). The tracks
-- that were there before are the listener's of today: they take every fifth of the
-- first places, so that what is new in a poll is mostly what was heard before.
-- Half of the polled plays have their partner among the history rows.
select setseed(0.5);

insert into warehouse.dim_artist (artist_id, name, folded_name, metadata_level)
select
    'artist' || lpad(n::text, 16, '0') as artist_id,
    'Artist ' || n as name,
    'artist ' || n as folded_name,
    2 as metadata_level
from generate_series(1, 15000) as n;

insert into warehouse.dim_album (
    album_id,
    name,
    folded_name,
    folded_artist_name,
    album_type,
    release_date,
    release_date_precision,
    metadata_level
)
select
    'album0' || lpad(n::text, 16, '0') as album_id,
    'Album ' || n as name,
    'album ' || n as folded_name,
    'artist ' || mod(n, 15000) + 1 as folded_artist_name,
    'album' as album_type,
    date '1970-01-01' + n as release_date,
    'day' as release_date_precision,
    2 as metadata_level
from generate_series(1, 20000) as n;

insert into warehouse.bridge_album_artist (
    album_key, artist_key, artist_position, artist_role
)
select
    album.album_key,
    artist.artist_key,
    0 as artist_position,
    'main' as artist_role
from warehouse.dim_album as album
inner join warehouse.dim_artist as artist
    on
        album.folded_artist_name = artist.folded_name
        and artist.artist_id like 'artist0%%'
where album.album_id like 'album0%%';

-- Every tenth track is on its album twice; one title in three is some other artist's too.
create temp table made_track on commit drop as
select
    n,
    'title ' || mod(n - (mod(n, 10) = 9)::integer, 35000) as folded_name,
    album.album_key,
    album.folded_artist_name
from generate_series(1, 50000) as n
inner join warehouse.dim_album as album
    on album.album_id = 'album0' || lpad((mod(n * 2 / 5, 20000) + 1)::text, 16, '0');

insert into warehouse.dim_track (
    track_id,
    track_uri,
    name,
    folded_name,
    folded_artist_name,
    album_key,
    duration_ms,
    match_key,
    metadata_level
)
select
    'track0' || lpad(n::text, 16, '0') as track_id,
    'spotify:track:track0' || lpad(n::text, 16, '0') as track_uri,
    initcap(folded_name) as name,
    folded_name,
    folded_artist_name,
    album_key,
    90000 + mod(n * 7919, 240000) as duration_ms,
    0 as match_key,
    2 as metadata_level
from made_track;

update warehouse.dim_track as track
set match_key = class.match_key
from (
    select
        track_key,
        min(track_key) over (partition by folded_name, folded_artist_name) as match_key
    from warehouse.dim_track
    where match_key = 0 and track_key > 0
) as class
where track.track_key = class.track_key;

insert into warehouse.bridge_track_artist (
    track_key, artist_key, artist_position, artist_role
)
select
    track.track_key,
    credit.artist_key,
    0 as artist_position,
    'main' as artist_role
from warehouse.dim_track as track
inner join warehouse.bridge_album_artist as credit
    on track.album_key = credit.album_key
where track.track_id like 'track0%%';

insert into warehouse.dim_context (context_uri, context_type)
select
    'spotify:playlist:large' || n as context_uri,
    'playlist' as context_type
from generate_series(1, 2000) as n;

create temp table placed_track on commit drop as
with shuffled as (
    select
        track_key,
        track_id like 'track0%%' as is_made,
        row_number() over (
            partition by track_id like 'track0%%' order by md5(track_key::text)
        ) as place
    from warehouse.dim_track
    where track_key > 0
)

select
    track_key,
    row_number() over (
        order by case when is_made then place * 1.25 else place * 5 - 4.5 end
    ) as place
from shuffled;

create unique index placed_track_ix on placed_track (place);

create temp table made_play on commit drop as
select
    drawn.n,
    placed_track.track_key,
    timestamptz '2009-12-20 07:00:00+00'
    + drawn.n / 171 * interval '1 day'
    + mod(drawn.n, 171) / 17 * interval '90 minutes'
    + mod(mod(drawn.n, 171), 17) * interval '180 seconds'
    + trunc(random() * 150) * interval '1 second' as played_at
from (
    select
        n,
        (1 + trunc(power(random(), 2) * 50000))::bigint as place
    from generate_series(1, 1000000) as n
) as drawn
inner join placed_track
    on drawn.place = placed_track.place;

insert into warehouse.fact_play (
    played_at, track_key, ms_played, context_key, listener_key, platform_key, ms_source
)
select
    played_at,
    track_key,
    case when n <= 850000 then 180000 end as ms_played,
    0 as context_key,
    %(listener_key)s as listener_key,
    0 as platform_key,
    (n <= 850000)::integer as ms_source
from made_play
order by n;

insert into warehouse.source_poll_play (played_at, track_key, context_key, listener_key)
select
    case
        when n <= 850000 then played_at + trunc(random() * 900) * interval '1 millisecond'
        else played_at
    end as played_at,
    track_key,
    mod(n, 2000) + 1 as context_key,
    %(listener_key)s as listener_key
from made_play
where n > 700000
order by n;

insert into warehouse.etl_gap (listener_key, gap_start, gap_end)
select
    %(listener_key)s as listener_key,
    played_at as gap_start,
    played_at + interval '2 hours' as gap_end
from made_play
where n > 850000 and mod(n, 500) = 0;

insert into warehouse.etl_run (
    job, runner, trigger, started_at, ended_at, outcome, exit_code
)
select
    'get_last_50' as job,
    'large' as runner,
    'timer' as trigger,
    now() - n * interval '30 minutes' as started_at,
    now() - n * interval '30 minutes' as ended_at,
    'done' as outcome,
    0 as exit_code
from generate_series(1, 80000) as n;
