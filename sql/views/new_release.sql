-- bi.new_release
-- Grain: one row per listener and album that was found as new.
-- Editions of one album and what was out before the artist was first looked at are left out.
create view bi.new_release as
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
    heard.play_count as artist_play_count,
    heard.ms as artist_ms_listened,
    own.play_count as album_play_count,
    album.image_url,
    'https://open.spotify.com/album/' || album.album_id as spotify_url,
    word.certainty,
    word.count_certainty
from warehouse.fact_album_release as release
inner join warehouse.dim_listener as listener
    on release.listener_key = listener.listener_key
inner join warehouse.dim_album as album
    on release.album_key = album.album_key
inner join warehouse.dim_artist as artist
    on release.artist_key = artist.artist_key
cross join
    lateral (
        select
            coalesce(sum(summary.play_count), 0)::bigint as play_count,
            coalesce(sum(summary.ms_measured + summary.ms_estimated), 0) as ms,
            coalesce(sum(summary.unmeasured_count), 0) as unmeasured_count
        from (
            -- Whoever the artist is known as: a track that credits two of them counts once.
            select distinct credit.track_key
            from warehouse.dim_artist as alias
            inner join warehouse.bridge_track_artist as credit
                on alias.artist_key = credit.artist_key
            where
                coalesce(artist.same_as_artist_key, artist.artist_key)
                in (alias.artist_key, alias.same_as_artist_key)
        ) as credited
        inner join warehouse.summary_track as summary
            on credited.track_key = summary.track_key
        where summary.listener_key = release.listener_key
    ) as heard
cross join
    lateral (
        select coalesce(sum(summary.play_count), 0)::bigint as play_count
        from warehouse.dim_album as alias
        inner join warehouse.dim_track as track
            on alias.album_key = track.album_key
        inner join warehouse.summary_track as summary
            on track.track_key = summary.track_key -- noqa: ST09
        where
            coalesce(album.same_as_album_key, album.album_key)
            in (alias.album_key, alias.same_as_album_key)
            and summary.listener_key = release.listener_key
    ) as own
-- Who follows artists and has not played anything yet has no periods.
left join bi.period as period
    on release.listener_key = period.listener_key and period.period = 'all time'
inner join part.certainty as word
    on
        coalesce(period.seen, 'none') = word.seen
        and (heard.play_count > 0) = word.has_plays
        and (heard.unmeasured_count > 0) = word.is_estimated
where release.is_new;
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
