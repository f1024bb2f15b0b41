-- Wait for the listener's turn: one writer at a time, held until the transaction ends.
-- Waiting, never skipping: the second runner's page may hold what the first one's lacks.
select
    set_config('lock_timeout', '60s', true) as lock_timeout,
    pg_advisory_xact_lock(hashtext('everheard listener'), %(listener_key)s) as listener_lock;
