-- Read who is in the ledger, in the order in which their turns are waited for.
select listener_key
from warehouse.dim_listener
order by listener_key;
