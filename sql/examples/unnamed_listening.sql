-- How much of last year has no name:
select
    kind,
    play_count,
    round(ms_listened / 3600000.0, 1) as hours,
    certainty
from bi.unnamed_listening
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
    and period = to_char(now() - interval '1 year', 'YYYY')
order by kind;
