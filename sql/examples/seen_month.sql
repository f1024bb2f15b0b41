-- Months that can be trusted whole:
select month_date
from bi.seen_month
where listener_key = 1 and is_fully_seen
order by month_date;
