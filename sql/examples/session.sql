-- The ten longest sessions:
select
    session_date,
    started_at_local,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours
from bi.session
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
order by ms_listened desc
limit 10;
