-- Who is skipped most:
select
    artist_name,
    judged_count,
    skip_pct,
    certainty
from bi.skip_rate
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = 'all time'
    and judged_count >= 20
order by skip_pct desc
limit 10;
