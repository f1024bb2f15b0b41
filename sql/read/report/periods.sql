-- Read every period of a listener (days, years, all time), beside the period before it.
select
    listening.period,
    listening.first_date,
    listening.last_date,
    listening.active_day_count,
    listening.play_count,
    listening.ms_listened,
    listening.ms_estimated,
    listening.certainty,
    listening.count_certainty,
    listening.previous_play_count,
    listening.previous_ms_listened,
    listening.previous_ms_estimated,
    listening.previous_certainty,
    listening.previous_count_certainty,
    listening.is_comparable,
    listening.seen_day_count,
    listening.partly_seen_day_count,
    listening.unseen_day_count,
    listening.average_ms,
    listening.average_play_count,
    streak.first_date as longest_streak_first_date,
    streak.last_date as longest_streak_last_date,
    streak.day_count as longest_streak_day_count,
    streak.certainty as longest_streak_certainty,
    listening.excluded_play_count,
    listening.day_count
from bi.period_listening as listening
left join bi.period_streak as streak
    on listening.listener_key = streak.listener_key and listening.period = streak.period
where listening.listener_key = %(listener)s;
