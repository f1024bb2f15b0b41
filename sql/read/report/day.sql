-- Read the sums of a day.
select
    play_count,
    ms_listened,
    ms_estimated,
    certainty,
    count_certainty,
    average_ms,
    average_day_count,
    artist_count,
    song_count,
    new_artist_count
from bi.daily_report
where listener_key = %(listener)s and play_date = %(day)s;
