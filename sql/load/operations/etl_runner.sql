-- Note that a runner looked, and found nothing to do.
insert into warehouse.etl_runner as target (runner, trigger)
values (%(runner)s, %(trigger)s)
on conflict on constraint etl_runner_pk do update
    set
        trigger = case
            when
                target.trigger in ('schedule', 'timer')
                and excluded.trigger not in ('schedule', 'timer')
                then target.trigger
            else excluded.trigger
        end,
        seen_at = now();
