-- Tell when the ledger was last heard from, by which machine, and how long ago that is now.
-- Only a run that did its work counts: of the polling, or of an import.
select
    ended_at as last_heard_at,
    runner as last_heard_by,
    (extract(epoch from now() - ended_at) / 3600)::double precision as hours_since_heard
from warehouse.etl_run
where job in ('get_last_50', 'import_history') and outcome = 'done'
order by ended_at desc
limit 1;
