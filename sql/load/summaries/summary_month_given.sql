-- Take over the months that another transaction has found touched; see summary_month.sql.
create temp table touched_month on commit drop as
select
    month_date,
    month_start,
    month_end
from
    unnest(
        %(month_dates)s::date[], %(month_starts)s::timestamptz[], %(month_ends)s::timestamptz[]
    ) as given (month_date, month_start, month_end);

-- As in summary_month.sql; benchmark import_history measures it.
analyze pg_temp.touched_month;
