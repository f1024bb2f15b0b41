-- Load the albums found into warehouse.fact_album_release, for every listener they concern.
-- New is what came out in the last thirty days; where the date is vague, what an artist
-- looked at before did not have then. Of the editions of one album (same artist, type and
-- folded title within sixty days) only the first is new. Runs after watched_artist.sql.
with found as (
    select distinct on (watched.listener_key, album.album_key)
        watched.listener_key,
        album.album_key,
        album.album_id,
        album.album_type,
        album.release_date,
        credit.artist_key,
        staged_release.found_by,
        staged_release.edition_name,
        bool_or(watched.is_followed) over (partition by watched.listener_key, album.album_key)
            as is_followed,
        case
            when album.release_date_precision = 'day'
                then album.release_date >= (now() at time zone 'UTC')::date - 30
            else not staged_release.is_first_look
        end as is_fresh
    from pg_temp.staged_release as staged_release
    inner join pg_temp.staged_album as staged_album
        on staged_release.album_ref = staged_album.album_ref
    inner join warehouse.dim_album as album
        on staged_album.album_key = album.album_key
    inner join warehouse.bridge_album_artist as credit
        on album.album_key = credit.album_key
    inner join pg_temp.watched_artist as watched
        on credit.artist_key = watched.artist_key
    where
        not exists (
            select 1 from warehouse.fact_album_release as known
            where known.listener_key = watched.listener_key and known.album_key = album.album_key
        )
    order by
        watched.listener_key,
        album.album_key,
        credit.artist_position,
        staged_release.is_first_look,
        staged_release.found_by
),

original as (
    select
        known.listener_key,
        known.album_key,
        album.album_id,
        album.album_type,
        known.release_date,
        known.artist_key,
        known.edition_name,
        true as is_known
    from warehouse.fact_album_release as known
    inner join warehouse.dim_album as album
        on known.album_key = album.album_key
    where known.edition_of_album_key is null
    union all
    select
        listener_key,
        album_key,
        album_id,
        album_type,
        release_date,
        artist_key,
        edition_name,
        false as is_known
    from found
),

joined as (
    select
        found.*,
        (
            select original.album_key
            from original
            where
                original.listener_key = found.listener_key
                and original.artist_key = found.artist_key
                and original.edition_name = found.edition_name
                and original.album_type is not distinct from found.album_type
                and original.album_key <> found.album_key
                and abs(original.release_date - found.release_date) <= 60
                and (
                    original.is_known
                    or (original.release_date, original.album_id)
                    < (found.release_date, found.album_id)
                )
            order by original.is_known desc, original.release_date, original.album_id
            limit 1
        ) as edition_of_album_key
    from found
)

insert into warehouse.fact_album_release (
    listener_key,
    album_key,
    artist_key,
    found_by,
    release_date,
    edition_name,
    edition_of_album_key,
    is_followed,
    is_new
)
select
    listener_key,
    album_key,
    artist_key,
    found_by,
    release_date,
    edition_name,
    edition_of_album_key,
    is_followed,
    is_fresh and edition_of_album_key is null as is_new
from joined
order by listener_key, album_key
on conflict on constraint fact_album_release_pk do nothing;
