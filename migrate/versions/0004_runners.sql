-- warehouse.etl_runner
-- Grain: one row per machine that has ever run a job here.
-- Kept apart from etl_run so that a look that found nothing to do counts as a sign of
-- life too: a fallback is silent only when it is gone.
create table warehouse.etl_runner (
    runner text not null,
    trigger text not null,
    seen_at timestamptz not null default now(),
    succeeded_at timestamptz,
    constraint etl_runner_pk primary key (runner),
    constraint etl_runner_trigger_ck check (trigger in ('schedule', 'dispatch', 'timer', 'hand'))
);
comment on table warehouse.etl_runner is
'Grain: one row per machine that has ever run a job here.';
comment on column warehouse.etl_runner.trigger is
'schedule or timer where one has ever started it, else what did last.';
comment on column warehouse.etl_runner.seen_at is
'When it last ran anything, by the database''s clock; idle looks count.';
comment on column warehouse.etl_runner.succeeded_at is
'When a run of it last did its work; null: never.';

insert into warehouse.etl_runner (runner, trigger, seen_at, succeeded_at)
select
    run.runner,
    coalesce(
        max(run.trigger) filter (where run.trigger in ('schedule', 'timer')), max(run.trigger)
    ) as trigger,
    max(run.ended_at) as seen_at,
    max(run.ended_at) filter (where run.outcome = 'done') as succeeded_at
from warehouse.etl_run as run
group by run.runner;

update warehouse.etl_schema set version = 4;
