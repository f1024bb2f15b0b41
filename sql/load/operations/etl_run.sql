-- Record a finished run, that its runner is alive, and whom it has looked at.
with runner as (
    insert into warehouse.etl_runner as target (runner, trigger, succeeded_at)
    values (
        %(runner)s,
        %(trigger)s,
        case when %(outcome)s = 'done' then now() end
    )
    on conflict on constraint etl_runner_pk do update
        set
            trigger = case
                when
                    target.trigger in ('schedule', 'timer')
                    and excluded.trigger not in ('schedule', 'timer')
                    then target.trigger
                else excluded.trigger
            end,
            seen_at = now(),
            succeeded_at = coalesce(excluded.succeeded_at, target.succeeded_at)
),

-- In one order, or two runs of the same listeners might wait for each other.
polled as (
    select
        job,
        listener_key
    from warehouse.etl_watermark
    where job = %(job)s and listener_key = any(%(polled_keys)s::smallint[])
    order by listener_key
    for update
),

looked as (
    update warehouse.etl_watermark as mark
    set polled_at = greatest(mark.polled_at, now() - %(seconds)s * interval '1 second')
    from polled
    where mark.job = polled.job and mark.listener_key = polled.listener_key
)

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
