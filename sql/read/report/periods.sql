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
    listening.excluded_play_count,
    listening.day_count,
    span.previous_last_date - span.previous_first_date + 1 as previous_day_count
from bi.period_listening as listening
inner join bi.period as span
    on listening.listener_key = span.listener_key and listening.period = span.period
where listening.listener_key = %(listener)s;
