-- Read the weeks or months of every period that is not drawn by day.
select
    period,
    unit,
    first_date,
    last_date,
    play_count,
    ms_listened,
    ms_estimated,
    certainty,
    count_certainty
from bi.period_step
where listener_key = %(listener)s
order by period, unit, first_date;
