-- The last twenty plays:
select
    play.played_at_local,
    track.track_name,
    track.main_artist_name,
    play.ms_listened,
    play.is_estimated
from bi.play as play
inner join bi.track as track
    on play.track_key = track.track_key
where
    play.listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
order by play.played_at_utc desc
limit 20;
