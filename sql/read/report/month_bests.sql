-- Read the artist heard most in every month.
with best as (
    select distinct on (month_date)
        month_date,
        artist_key,
        artist_name,
        ms_listened
    from bi.artist_month
    where listener_key = %(listener)s and ms_listened > 0
    order by month_date, ms_listened desc, artist_key
)

select
    best.month_date,
    best.artist_name,
    best.ms_listened,
    artist.spotify_url as url
from best
inner join bi.artist as artist on best.artist_key = artist.artist_key
order by best.month_date;
