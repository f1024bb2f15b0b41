-- Read whose match classes or summaries have changed and wait to be derived again.
select listener_key
from warehouse.etl_changed_class
union
select listener_key
from warehouse.etl_touched_span
order by listener_key;
