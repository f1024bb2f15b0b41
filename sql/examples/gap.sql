-- What an export would still fill:
select
    gap_start_local,
    gap_end_local,
    gap_hours
from bi.gap
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and is_open
order by gap_start_local;
