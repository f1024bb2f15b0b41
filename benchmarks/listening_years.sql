-- Ten years of one heavy listener up to now: a million plays of 40,000 tracks.
-- Eight years are measured by a history, the last two were polled and are estimated.
-- A few tracks are played often and most of them seldom, and favourites change with the
-- years; plays come in sessions between seven in the morning and midnight.
select setseed(0.5);

insert into warehouse.dim_listener (listener_key, account_id, timezone)
values (%(listener_key)s, 'years', 'Europe/Berlin');

insert into warehouse.dim_artist (artist_id, name, folded_name, metadata_level)
select
    'years' || n as artist_id,
    'Artist ' || n as name,
    'artist ' || n as folded_name,
    2 as metadata_level
from generate_series(1, 6000) as n;

insert into warehouse.dim_album (
    album_id, name, folded_name, folded_artist_name, album_type, metadata_level
)
select
    'years' || n as album_id,
    'Album ' || n as name,
    'album ' || n as folded_name,
    'artist ' || n %% 6000 + 1 as folded_artist_name,
    'album' as album_type,
    2 as metadata_level
from generate_series(1, 12000) as n;

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
    on album.folded_artist_name = artist.folded_name
where album.album_id like 'years%%';

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
    'years' || n as track_id,
    'spotify:track:years' || n as track_uri,
    'Title ' || n as name,
    'title ' || n as folded_name,
    album.folded_artist_name,
    album.album_key,
    120000 + n * 7919 %% 180000 as duration_ms,
    0 as match_key,
    2 as metadata_level
from generate_series(1, 40000) as n
inner join warehouse.dim_album as album
    on album.album_id = 'years' || n * 3 / 10 %% 12000 + 1;

insert into warehouse.bridge_track_artist (track_key, artist_key, artist_position, artist_role)
select
    track.track_key,
    credit.artist_key,
    0 as artist_position,
    'main' as artist_role
from warehouse.dim_track as track
inner join warehouse.bridge_album_artist as credit
    on track.album_key = credit.album_key
where track.track_id like 'years%%';

-- Every sixth track has a guest.
insert into warehouse.bridge_track_artist (track_key, artist_key, artist_position, artist_role)
select
    track.track_key,
    guest.artist_key,
    1 as artist_position,
    'featured' as artist_role
from warehouse.dim_track as track
inner join warehouse.dim_artist as guest
    on guest.artist_id = 'years' || track.track_key * 31 %% 6000 + 1
where track.track_id like 'years%%' and track.track_key %% 6 = 0
on conflict do nothing;

insert into warehouse.dim_play_detail (reason_start, reason_end, is_skipped)
values ('years', 'trackdone', false), ('years', 'fwdbtn', true);

-- 274 plays a day: each hour from seven to midnight has its sixteen.
create temp table drawn_play on commit drop as
with first_track as (
    select min(track_key) as track_key from warehouse.dim_track
    where track_id like 'years%%'
),

numbered as (
    select
        n,
        random() as chance,
        now() - interval '3650 days' + n / 274 * interval '1 day'
        + (n %% 274) * interval '220 seconds' + random() * interval '100 seconds' as played_at
    from generate_series(1, 1000000) as n
)

select
    numbered.played_at,
    n <= 800000 as is_measured,
    first_track.track_key
    + (power(chance, 6) * 24000 + n / 62500 * 1000)::integer %% 40000 as track_key,
    chance > 0.85 as is_skipped
from numbered
cross join first_track;

insert into warehouse.fact_play (
    played_at, track_key, ms_played, play_detail_key, listener_key, ms_source
)
select
    play.played_at,
    play.track_key,
    case when play.is_measured then case when play.is_skipped then 12000 else 170000 end end
        as ms_played,
    case when play.is_measured then detail.play_detail_key else 0 end as play_detail_key,
    %(listener_key)s as listener_key,
    play.is_measured::integer as ms_source
from drawn_play as play
inner join warehouse.dim_play_detail as detail
    on detail.reason_start = 'years' and play.is_skipped = detail.is_skipped
order by play.played_at;

insert into warehouse.source_poll_play (played_at, track_key, context_key, listener_key)
select
    played_at,
    track_key,
    0 as context_key,
    %(listener_key)s as listener_key
from drawn_play
where not is_measured;

insert into warehouse.etl_import_span (listener_key, span_start, span_end, source_name)
select
    %(listener_key)s as listener_key,
    min(played_at) as span_start,
    max(played_at) as span_end,
    'years.zip' as source_name
from drawn_play
where is_measured;

-- Three hundred albums of artists heard were found as new.
insert into warehouse.fact_album_release (
    listener_key, album_key, artist_key, found_by, release_date, edition_name, is_followed, is_new
)
select
    %(listener_key)s as listener_key,
    credit.album_key,
    credit.artist_key,
    'artist' as found_by,
    current_date - credit.artist_key %% 365 as release_date,
    album.folded_name as edition_name,
    false as is_followed,
    true as is_new
from warehouse.bridge_album_artist as credit
inner join warehouse.dim_album as album
    on credit.album_key = album.album_key
where album.album_id like 'years%%'
order by credit.album_key
limit 300;

insert into warehouse.etl_gap (listener_key, gap_start, gap_end)
select
    %(listener_key)s as listener_key,
    now() - n * interval '30 days' as gap_start,
    now() - n * interval '30 days' + interval '3 hours' as gap_end
from generate_series(1, 20) as n;

insert into warehouse.etl_watermark (job, listener_key, watermark_at)
values ('get_last_50', %(listener_key)s, now());

insert into warehouse.etl_run (job, runner, trigger, started_at, ended_at, outcome, exit_code)
select
    'get_last_50' as job,
    'years' as runner,
    'timer' as trigger,
    now() - n * interval '30 minutes' as started_at,
    now() - n * interval '30 minutes' as ended_at,
    'done' as outcome,
    0 as exit_code
from generate_series(1, 35000) as n;
