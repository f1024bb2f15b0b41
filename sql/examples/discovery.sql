-- Artists first heard in the last 30 days, and kept:
select
    artist.artist_name,
    found.first_heard_date,
    found.listen_count
from bi.discovery as found
inner join bi.artist as artist
    on found.item_key = artist.artist_key
where
    found.listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and found.kind = 'artist'
    and found.first_heard_date > current_date - 30
order by found.listen_count desc;
