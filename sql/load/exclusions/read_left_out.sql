-- Read how much the listener's rules leave out of all time: plays, and hours of listening.
select
    coalesce(sum(excluded_play_count), 0) as play_count,
    coalesce(sum(excluded_ms), 0) / 3600000.0 as hours
from warehouse.summary_hour
where listener_key = %(listener_key)s;
