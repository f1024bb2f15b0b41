-- Read the artists that came back after a long time, and how much of them was heard since.
select
    back.artist_name,
    back.returned_date,
    back.away_day_count,
    back.ms_since,
    artist.spotify_url as url,
    back.certainty
from bi.comeback as back
inner join bi.artist as artist on back.artist_key = artist.artist_key
where back.listener_key = %(listener)s
order by back.returned_date;
