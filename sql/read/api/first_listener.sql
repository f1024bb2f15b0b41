-- Find whose ledger this is, where everybody may look at it (the demo's); 0: nobody is known yet.
select coalesce(min(listener_key), 0) as listener_key
from warehouse.dim_listener;
