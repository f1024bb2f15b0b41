-- Read what is said of every year.
select
    year,
    play_count,
    ms_listened,
    ms_estimated,
    certainty,
    count_certainty,
    status,
    active_day_count,
    artists_brought_forward,
    artists_first_heard,
    artists_carried_forward,
    longest_day,
    longest_day_ms,
    longest_session_date,
    longest_session_ms,
    open_gap_count
from bi.year_review
where listener_key = %(listener)s and play_count > 0
order by year;
