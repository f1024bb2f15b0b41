-- Read how long the twelve artists heard most were heard in every month.
with longest as (
    select artist_key
    from bi.top_artist
    where listener_key = %(listener)s and period = 'all time' and credit = 'all' and place <= 12
)

select
    month.artist_key,
    month.artist_name,
    month.month_date,
    month.ms_listened
from bi.artist_month as month
inner join longest on month.artist_key = longest.artist_key
where month.listener_key = %(listener)s and month.ms_listened > 0;
