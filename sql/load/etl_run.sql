-- Record a finished run.
insert into warehouse.etl_run (
    job,
    runner,
    trigger,
    started_at,
    outcome,
    exit_code,
    fetched_count,
    new_count,
    known_count,
    gap_count,
    summary
)
values (
    %(job)s,
    %(runner)s,
    %(trigger)s,
    now() - %(seconds)s * interval '1 second',
    %(outcome)s,
    %(exit_code)s,
    %(fetched_count)s,
    %(new_count)s,
    %(known_count)s,
    %(gap_count)s,
    %(summary)s
);
