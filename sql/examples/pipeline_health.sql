-- Do the jobs run?:
select
    job,
    last_success_at_utc,
    failed_count_30_days,
    median_minutes_between_runs
from bi.pipeline_health
order by job;
