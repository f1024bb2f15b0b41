-- Drop the staged albums by nobody whom a listener plays or follows: lists hold all the world's.
-- Runs after watched_artist.sql.
delete from pg_temp.staged_album as album
where
    not exists (
        select 1
        from pg_temp.staged_album_artist as credit
        inner join pg_temp.staged_artist as artist
            on credit.artist_ref = artist.artist_ref
        inner join pg_temp.watched_artist as watched
            on artist.artist_id = watched.artist_id
        where credit.owner_ref = album.album_ref
    );

delete from pg_temp.staged_album_artist as credit
where
    not exists (
        select 1 from pg_temp.staged_album as album
        where album.album_ref = credit.owner_ref
    );

delete from pg_temp.staged_artist as artist
where
    artist.artist_ref not in (
        select credit.artist_ref from pg_temp.staged_album_artist as credit
    );
