-- bi.pipeline_health
-- Grain: one row per job that has ever run.
-- Times are UTC, by the database's clock.
create view bi.pipeline_health as
-- From one name to the next by the index: there may be hundreds of thousands of runs.
with recursive named (job) as (
    select min(job) as job from warehouse.etl_run
    union all
    select
        (
            select min(run.job) from warehouse.etl_run as run
            where run.job > named.job
        ) as job
    from named
    where named.job is not null
),

run as (
    select
        job,
        runner,
        trigger,
        ended_at,
        outcome,
        exit_code,
        ended_at - lag(ended_at) over (partition by job order by ended_at) as pause
    from warehouse.etl_run
    where ended_at > now() - interval '30 days'
),

recent as (
    select
        job,
        count(*)::integer as run_count_30_days,
        (count(*) filter (where outcome = 'failed'))::integer as failed_count_30_days,
        round(
            (percentile_cont(0.5) within group (order by extract(epoch from pause)) / 60)::numeric, 1
        )::numeric(10, 1) as median_minutes_between_runs,
        round(max(extract(epoch from pause)) / 60, 1)::numeric(10, 1)
            as longest_minutes_between_runs
    from run
    group by job
),

job as (
    select job from named
    where job is not null
    union
    select job from warehouse.etl_watermark
)

select
    job.job,
    latest.ended_at at time zone 'UTC' as last_run_at_utc,
    success.ended_at at time zone 'UTC' as last_success_at_utc,
    latest.outcome as last_outcome,
    latest.exit_code as last_exit_code,
    latest.runner as last_runner,
    latest.trigger as last_trigger,
    coalesce(recent.run_count_30_days, 0) as run_count_30_days,
    coalesce(recent.failed_count_30_days, 0) as failed_count_30_days,
    recent.median_minutes_between_runs,
    recent.longest_minutes_between_runs
from job
left join recent
    on job.job = recent.job
left join lateral (
    select * from warehouse.etl_run
    where etl_run.job = job.job
    order by ended_at desc
    limit 1
) as latest on true
left join lateral (
    select ended_at from warehouse.etl_run
    where etl_run.job = job.job and outcome = 'done'
    order by ended_at desc
    limit 1
) as success on true;
comment on view bi.pipeline_health is
'Grain: one row per job that has ever run. Times are UTC, by the database''s clock.';
comment on column bi.pipeline_health.job is 'The job.';
comment on column bi.pipeline_health.last_run_at_utc is 'End of its last run.';
comment on column bi.pipeline_health.last_success_at_utc is 'End of its last run that did its work.';
comment on column bi.pipeline_health.last_outcome is 'done or failed.';
comment on column bi.pipeline_health.last_exit_code is 'Exit code of the last run: docs/jobs.md says what it means.';
comment on column bi.pipeline_health.last_runner is 'The machine of the last run.';
comment on column bi.pipeline_health.last_trigger is 'schedule, dispatch, timer or hand.';
comment on column bi.pipeline_health.run_count_30_days is 'Runs in the last 30 days.';
comment on column bi.pipeline_health.failed_count_30_days is 'Of these: failed.';
comment on column bi.pipeline_health.median_minutes_between_runs is
'Median pause between two runs in the last 30 days.';
comment on column bi.pipeline_health.longest_minutes_between_runs is
'Longest pause between two runs in the last 30 days.';
