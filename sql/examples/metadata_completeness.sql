-- How much of the listened time is described:
select
    track_count,
    described_track_count,
    described_pct,
    complete_pct
from bi.metadata_completeness
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    );
