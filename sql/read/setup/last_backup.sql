-- Read how many days ago the ledger was last backed up; null where it never was.
select extract(day from now() - max(ended_at))::integer as days
from warehouse.etl_run
where job = 'backup' and outcome = 'done';
