-- Read what is said of every year.
select
    year,
    play_count,
    ms_listened,
    ms_estimated,
    certainty,
    count_certainty,
    status,
    day_count,
    seen_day_count,
    partly_seen_day_count,
    unseen_day_count,
    active_day_count,
    artists_brought_forward,
    artists_first_heard,
    artists_carried_forward,
    longest_day,
    longest_day_ms,
    longest_session_date,
    longest_session_ms,
    longest_streak_day_count,
    longest_streak_certainty
from bi.year_review
where listener_key = %(listener)s and play_count > 0
order by year;
