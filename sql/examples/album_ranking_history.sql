-- Which albums have ever been first:
select
    album.album_name,
    count(*) as days_on_top,
    min(past.rank_date) as first_day
from bi.album_ranking_history as past
inner join bi.album as album
    on past.album_key = album.album_key
where
    past.listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and past.method = 'blend'
    and past.rank = 1
group by album.album_key, album.album_name
order by days_on_top desc;
