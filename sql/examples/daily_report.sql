-- Yesterday:
select *
from bi.daily_report
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and play_date = current_date - 1;
