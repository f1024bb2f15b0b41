-- Read the open gaps, the oldest first: from when to when, and how many hours.
select
    to_char(gap_start_local, 'YYYY-MM-DD HH24:MI'),
    to_char(gap_end_local, 'YYYY-MM-DD HH24:MI'),
    gap_hours
from bi.gap
where is_open
order by gap_start_local;
