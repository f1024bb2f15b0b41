-- Read whose match classes or summaries have changed and wait to be derived again.
select listener_key
from warehouse.etl_changed_class
union
select listener_key
from part.waiting_listener
order by listener_key;
