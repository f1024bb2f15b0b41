-- Wait for the turn to join recordings; held until the transaction ends.
select pg_advisory_xact_lock(hashtext('everheard recordings'), 0) as recordings_lock;
