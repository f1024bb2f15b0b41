-- Read one page of albums: all of them where there is one listener, else those that the
-- listener has heard or rated; with the count of all pages.
with visible as (
    select
        album.album_key,
        album.folded_name,
        album.folded_artist_name,
        album.release_date
    from warehouse.dim_album as album
    where
        album.album_key > 0
        and album.name <> ''
        and (
            album.same_as_album_key is null
            or exists (
                select 1 from part.meant_album as meant
                where
                    meant.listener_key = %(listener_key)s
                    and meant.album_key = album.album_key
                    and meant.meant_album_key = album.album_key
            )
        )
        and (%(q)s::text is null or strpos(album.folded_name, %(q)s) > 0)
        and (%(artist)s::text is null or strpos(album.folded_artist_name, %(artist)s) > 0)
        and (%(year)s::integer is null or extract(year from album.release_date) = %(year)s)
        and (
            (select alone.is_alone from part.is_alone as alone)
            or exists (
                select 1 from part.known_album as known
                where known.listener_key = %(listener_key)s and known.album_key = album.album_key
            )
        )
),

page as (
    select
        album_key,
        count(*) over () as total_count,
        row_number() over (
            order by
                case when %(sort)s = '-release_date' then release_date end desc nulls last,
                case when %(sort)s = 'release_date' then release_date end nulls last,
                case when %(sort)s = 'artist' then folded_artist_name collate "C" end,
                case when %(sort)s = '-artist' then folded_artist_name collate "C" end desc,
                case when %(sort)s = '-album' then folded_name collate "C" end desc,
                folded_name collate "C",
                folded_artist_name collate "C",
                album_key
        ) as place
    from visible
    order by place
    limit
        %(row_limit)s
        offset %(row_offset)s
)

select
    page.total_count,
    album.album_name as album,
    album.main_artist_name as artist,
    album.album_id,
    album.album_key,
    album.album_type,
    album.release_date,
    album.image_url
from page
inner join bi.album as album
    on page.album_key = album.album_key
order by page.place;
