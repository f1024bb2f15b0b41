-- Read whose summaries wait to be derived again (summary_touched.sql says what touches them).
-- Nobody else's turn is waited for: an import may hold it for minutes.
with rule as (
    select
        listener_key,
        track_key
    from part.excluded_track
),

changed as (
    select coalesce(rule.listener_key, known.listener_key) as listener_key
    from rule
    full join warehouse.etl_excluded_track as known
        on rule.listener_key = known.listener_key and rule.track_key = known.track_key
    where rule.track_key is null or known.track_key is null
)

select listener.listener_key
from warehouse.dim_listener as listener
left join warehouse.etl_summary as summary
    on listener.listener_key = summary.listener_key
where
    summary.timezone is distinct from listener.timezone
    or listener.listener_key in (select touched.listener_key from warehouse.etl_touched_span as touched)
    or listener.listener_key in (select changed.listener_key from changed)
order by listener.listener_key;
