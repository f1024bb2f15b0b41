-- Read the months whose summaries are derived in this transaction.
select
    array_agg(month_date order by month_date) as month_dates,
    array_agg(month_start order by month_date) as month_starts,
    array_agg(month_end order by month_date) as month_ends
from pg_temp.touched_month;
