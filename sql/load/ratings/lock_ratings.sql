-- Wait for the listener's turn to rate: the keys of one listener's ratings then grow in the
-- order of their commits, so that a reader who has seen the newest has seen them all.
select
    set_config('lock_timeout', '60s', true) as lock_timeout,
    pg_advisory_xact_lock(hashtext('everheard ratings'), %(listener_key)s) as rating_lock;
