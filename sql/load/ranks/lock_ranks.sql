-- Wait for the turn to rank: two rankings at once would both write the same stretches.
select
    set_config('lock_timeout', '60s', true) as lock_timeout,
    pg_advisory_xact_lock(hashtext('everheard ranks')) as rank_lock;
