-- Read who is in the ledger.
select listener_key
from warehouse.dim_listener
order by listener_key;
