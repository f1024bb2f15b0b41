-- Read the five artists heard longest: plays, and hours of listening.
select
    artist.artist_name,
    count(*),
    round(sum(play.ms_listened) / 3600000.0, 1)
from bi.play as play
inner join bi.track_artist as credit on play.track_key = credit.track_key
inner join bi.artist as artist on credit.artist_key = artist.artist_key
group by artist.artist_key, artist.artist_name
order by sum(play.ms_listened) desc, artist.artist_name
limit 5;
