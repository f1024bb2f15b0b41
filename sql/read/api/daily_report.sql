-- Read the report of a day; null: of the running one.
select
    play_date,
    is_today,
    ms_listened,
    ms_estimated,
    certainty,
    play_count,
    listen_count,
    count_certainty,
    average_ms,
    average_play_count,
    average_day_count,
    artist_count,
    guest_count,
    song_count,
    new_artist_count,
    session_count,
    longest_session_ms,
    excluded_play_count,
    open_gap_count
from bi.daily_report
where
    listener_key = %(listener_key)s
    and (play_date = %(date)s::date or (%(date)s::date is null and is_today));
