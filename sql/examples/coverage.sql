-- Days that cannot be trusted whole:
select
    play_date,
    status,
    open_gap_count,
    open_gap_hours
from bi.coverage
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and status <> 'complete'
order by play_date;
