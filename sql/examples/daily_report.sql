-- Yesterday:
select *
from bi.daily_report
where listener_key = 1 and play_date = current_date - 1;
