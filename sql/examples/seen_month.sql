-- Months that can be trusted whole:
select month_date
from bi.seen_month
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and is_fully_seen
order by month_date;
