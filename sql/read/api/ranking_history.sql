-- Read ranks of past days, the newest day first; with the count of all pages.
select
    count(*) over () as total_count,
    history.rank_date as date,
    history.rank,
    album.album_name as album,
    album.main_artist_name as artist,
    album.album_id,
    history.album_key
from bi.album_ranking_history as history
inner join bi.album as album
    on history.album_key = album.album_key
where
    history.listener_key = %(listener_key)s
    and history.method = %(method)s
    and history.rank_date between %(first_date)s and %(last_date)s
    and (%(album_key)s::integer is null or history.album_key = %(album_key)s)
    and (%(album_id)s::text is null or album.album_id = %(album_id)s)
order by history.rank_date desc, history.rank
limit
    %(row_limit)s
    offset %(row_offset)s;
