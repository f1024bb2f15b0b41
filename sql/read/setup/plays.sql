-- Count the plays that a ledger holds, of all listeners.
select count(*) from warehouse.fact_play;
