-- Read whose match classes have changed and wait to be derived again.
select distinct listener_key
from warehouse.etl_changed_class
order by listener_key;
