-- Read whose tracks were skipped how often, where there is enough to judge by.
select
    period,
    artist_name,
    judged_count,
    skip_count
from bi.skip_rate
where listener_key = %(listener)s and judged_count >= 20
order by period, judged_count desc, artist_name;
