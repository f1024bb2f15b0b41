-- Drop the staged tracks that nobody has heard: an album's answer lists all of them.
-- Those of a new release stay.
delete from pg_temp.staged_track as staged
where
    not exists (
        select 1 from warehouse.dim_track as known
        where known.track_uri = staged.track_uri
    )
    and not exists (
        select 1
        from pg_temp.staged_album as album
        inner join warehouse.dim_album as known
            on album.album_id = known.album_id
        inner join warehouse.fact_album_release as release
            on known.album_key = release.album_key
        where album.album_ref = staged.album_ref and release.is_new
    );

delete from pg_temp.staged_track_artist as credit
where
    not exists (
        select 1 from pg_temp.staged_track as staged
        where staged.track_ref = credit.owner_ref
    );

delete from pg_temp.staged_artist as artist
where
    artist.metadata_level < 3
    and artist.artist_ref not in (
        select credit.artist_ref from pg_temp.staged_track_artist as credit
        union all
        select credit.artist_ref from pg_temp.staged_album_artist as credit
    );
