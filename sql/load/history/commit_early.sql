-- Do not wait for the disk at this transaction's end: a commit that follows waits for both, and
-- should the server's machine die before, the same import again brings in what is missing.
-- Benchmark import_history measures it.
select set_config('synchronous_commit', 'off', true) as synchronous_commit;
