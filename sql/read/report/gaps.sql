-- Read the stretches of time of which plays are missing.
select
    gap_start_local,
    gap_end_local,
    gap_hours,
    is_open,
    closed_by
from bi.gap
where listener_key = %(listener)s
order by gap_start_local;
