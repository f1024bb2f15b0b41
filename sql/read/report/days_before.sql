-- Read the days before a listener's first play that a period holds: a year begins on its first
-- day, the last 365 days on theirs. Nothing was played on them, and somebody may have looked.
select
    day.play_date,
    case when word.certainty <> 'not seen' then 0 end as play_count,
    case when word.certainty <> 'not seen' then 0 end as ms_listened,
    case when word.certainty <> 'not seen' then 0 end as ms_estimated,
    word.certainty,
    word.count_certainty
from bi.seen_day as day
inner join bi.certainty as word
    on day.seen = word.seen and not word.has_plays and not word.is_estimated
where
    day.listener_key = %(listener)s
    and day.all_time_seen is null
    and day.play_date >= (
        select min(period.first_date) from bi.period as period
        where period.listener_key = %(listener)s
    )
order by day.play_date;
