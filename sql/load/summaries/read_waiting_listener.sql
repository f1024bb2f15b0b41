-- Read the listeners whose summaries are missing, or wait to be derived again.
select listener.listener_key
from warehouse.dim_listener as listener
left join warehouse.etl_summary as summary
    on listener.listener_key = summary.listener_key
where
    summary.listener_key is null
    or listener.listener_key in (select touched.listener_key from warehouse.etl_touched_span as touched);
