-- Drop the pages that are owed of an album and that nobody needs: all of it that was heard is known.
delete from pg_temp.staged_owed_answer as owed
using warehouse.dim_album as album
where
    owed.kind = 'album-tracks'
    and owed.reason = 'pages'
    and owed.spotify_id = album.album_id
    and not exists (
        select 1
        from warehouse.dim_track as known
        inner join warehouse.dim_track as lacking
            on known.named_album_key = lacking.named_album_key
        where
            known.album_key = album.album_key
            and lacking.metadata_level < 2
            and lacking.track_id is not null
    )
    and not exists (
        select 1 from warehouse.fact_album_release as release
        where release.album_key = album.album_key and release.is_new
    );
