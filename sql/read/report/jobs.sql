-- Read how every job has fared in the last 30 days.
select
    job,
    last_run_at_utc at time zone 'UTC' at time zone %(timezone)s as last_run_at,
    last_outcome,
    last_runner,
    run_count_30_days,
    failed_count_30_days,
    median_minutes_between_runs,
    longest_minutes_between_runs
from bi.pipeline_health
order by job;
