-- Who is skipped most:
select
    artist_name,
    judged_count,
    skip_pct,
    certainty
from bi.skip_rate
where listener_key = 1 and period = 'all time' and judged_count >= 20
order by skip_pct desc
limit 10;
