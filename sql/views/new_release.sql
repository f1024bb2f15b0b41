-- bi.new_release
-- Grain: one row per listener and album that was found as new.
-- Editions of one album and what was out before the artist was first looked at are left out.
create view bi.new_release as
-- What is asked of artists and albums, whatever name or id they go by, is asked of all at once,
-- not release by release (benchmark views).
with release as (
    select
        found.*,
        coalesce(album.same_as_album_key, album.album_key) as known_album_key,
        coalesce(artist.same_as_artist_key, artist.artist_key) as known_artist_key
    from warehouse.fact_album_release as found
    inner join warehouse.dim_album as album
        on found.album_key = album.album_key
    inner join warehouse.dim_artist as artist
        on found.artist_key = artist.artist_key
    where found.is_new
),

-- A track that credits two names of an artist counts once.
credited as (
    select distinct
        coalesce(alias.same_as_artist_key, alias.artist_key) as artist_key,
        credit.track_key
    from warehouse.dim_artist as alias
    inner join warehouse.bridge_track_artist as credit
        on alias.artist_key = credit.artist_key
    where
        coalesce(alias.same_as_artist_key, alias.artist_key) in (
            select release.known_artist_key from release
        )
),

heard as (
    select
        summary.listener_key,
        credited.artist_key,
        sum(summary.play_count)::bigint as play_count,
        sum(summary.ms_measured + summary.ms_estimated) as ms_listened,
        sum(summary.unmeasured_count) as unmeasured_count
    from credited
    inner join warehouse.summary_track as summary
        on credited.track_key = summary.track_key
    group by summary.listener_key, credited.artist_key
),

own as (
    select
        summary.listener_key,
        coalesce(alias.same_as_album_key, alias.album_key) as album_key,
        sum(summary.play_count)::bigint as play_count
    from warehouse.dim_album as alias
    inner join warehouse.dim_track as track
        on alias.album_key = track.album_key
    inner join warehouse.summary_track as summary
        on track.track_key = summary.track_key
    where
        coalesce(alias.same_as_album_key, alias.album_key) in (
            select release.known_album_key from release
        )
    group by summary.listener_key, coalesce(alias.same_as_album_key, alias.album_key)
)

select
    release.listener_key,
    release.album_key,
    album.album_id,
    coalesce(nullif(album.name, ''), '(no longer named by Spotify)') as album_name,
    release.artist_key,
    artist.name as artist_name,
    album.album_type,
    release.release_date,
    album.release_date_precision,
    coalesce(album.total_track_count, 0) as track_count,
    release.found_by,
    release.found_at at time zone 'UTC' as found_at_utc,
    release.found_at at time zone listener.timezone as found_at_local,
    release.is_followed,
    coalesce(heard.play_count, 0) as artist_play_count,
    coalesce(heard.ms_listened, 0) as artist_ms_listened,
    coalesce(own.play_count, 0) as album_play_count,
    album.image_url,
    'https://open.spotify.com/album/' || album.album_id as spotify_url,
    word.certainty,
    word.count_certainty
from release
inner join warehouse.dim_listener as listener
    on release.listener_key = listener.listener_key
inner join warehouse.dim_album as album
    on release.album_key = album.album_key
inner join warehouse.dim_artist as artist
    on release.artist_key = artist.artist_key
left join heard
    on release.listener_key = heard.listener_key and release.known_artist_key = heard.artist_key
left join own
    on release.listener_key = own.listener_key and release.known_album_key = own.album_key
-- Who follows artists and has not played anything yet has no periods.
left join bi.period as period
    on release.listener_key = period.listener_key and period.period = 'all time'
inner join part.certainty as word
    on
        coalesce(period.seen, 'none') = word.seen
        and (coalesce(heard.play_count, 0) > 0) = word.has_plays
        and (coalesce(heard.unmeasured_count, 0) > 0) = word.is_estimated;
comment on view bi.new_release is
'Grain: one row per listener and album that was found as new.';
comment on column bi.new_release.listener_key is 'Whose artist it is: bi.listener.';
comment on column bi.new_release.album_key is 'The album: bi.album.';
comment on column bi.new_release.album_id is 'Spotify''s id.';
comment on column bi.new_release.album_name is 'Title.';
comment on column bi.new_release.artist_key is 'The artist the listener plays or follows: bi.artist.';
comment on column bi.new_release.artist_name is 'Name of that artist.';
comment on column bi.new_release.album_type is 'album, single (EPs too) or compilation.';
comment on column bi.new_release.release_date is 'First day of the period of release.';
comment on column bi.new_release.release_date_precision is 'How much of release_date is known: year, month or day.';
comment on column bi.new_release.track_count is 'Tracks on the album.';
comment on column bi.new_release.found_by is 'browse, search or artist: where it was found.';
comment on column bi.new_release.found_at_utc is 'When it was found, UTC.';
comment on column bi.new_release.found_at_local is 'When it was found, on the listener''s clock.';
comment on column bi.new_release.is_followed is 'Whether the listener follows one of its artists.';
comment on column bi.new_release.artist_play_count is
'The listener''s plays of that artist, whatever name or id credits them: as in bi.top_artist.';
comment on column bi.new_release.artist_ms_listened is 'Milliseconds the listener has listened to that artist.';
comment on column bi.new_release.album_play_count is
'The listener''s plays of the album itself, whatever name or id it goes by.';
comment on column bi.new_release.image_url is 'Address of the widest cover.';
comment on column bi.new_release.spotify_url is 'The album on Spotify.';
comment on column bi.new_release.certainty is 'Of artist_ms_listened: exact, about, at least or not fully seen.';
comment on column bi.new_release.count_certainty is 'Of the counts of plays: exact or at least.';
