-- Forget what was owed of the objects that have been answered. Runs before owed_answer.sql.
delete from warehouse.etl_owed_answer as known
using (
    select
        'track' as kind,
        substr(track_uri, 15) as spotify_id
    from pg_temp.staged_track
    where metadata_level >= 2
    union all
    select
        'album' as kind,
        album_id as spotify_id
    from pg_temp.staged_album
    where metadata_level >= 3
    union all
    select
        'artist' as kind,
        artist_id as spotify_id
    from pg_temp.staged_artist
    where metadata_level >= 3
    union all
    select
        'album-tracks' as kind,
        spotify_id
    from unnest(%(paged_albums)s::text[]) as paged (spotify_id)
) as answered
where known.kind = answered.kind and known.spotify_id = answered.spotify_id;
