-- Read who is in the ledger, with their time zones.
select
    listener_key,
    listener_name,
    timezone
from bi.listener
where listener_key > 0
order by listener_key;
