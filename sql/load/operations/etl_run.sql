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
    insert into warehouse.etl_watermark as mark (job, listener_key, polled_at, first_polled_at)
    select
        %(job)s as job,
        listener_key,
        now() - %(seconds)s * interval '1 second' as polled_at,
        now() - %(seconds)s * interval '1 second' as first_polled_at
    from warehouse.dim_listener
    where listener_key = any(%(polled_keys)s::smallint[])
    order by listener_key
    on conflict on constraint etl_watermark_pk do update
        set
            polled_at = greatest(mark.polled_at, excluded.polled_at),
            first_polled_at = coalesce(mark.first_polled_at, excluded.first_polled_at)
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
