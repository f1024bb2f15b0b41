-- Plan a large batch for what it is, until this transaction ends: whole sets are joined by hash.
-- The ledger of a first import has no statistics yet, and a nested loop chosen for an "empty"
-- table that holds a hundred thousand rows by now takes hours. Benchmark import_history measures it.
select
    set_config('enable_nestloop', 'off', true) as enable_nestloop,
    set_config('enable_mergejoin', 'off', true) as enable_mergejoin,
    set_config('jit', 'off', true) as jit,
    set_config('work_mem', '32MB', true) as work_mem;
