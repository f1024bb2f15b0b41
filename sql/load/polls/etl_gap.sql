-- Write the gaps that the pages revealed, and put what is left in place of those they cut.
with deleted as (
    delete from warehouse.etl_gap
    where gap_key = any(%(deleted)s::integer[])
    returning
        listener_key,
        gap_start,
        gap_end,
        detected_at
),

found as (
    select
        gap.gap_start,
        gap.gap_end
    from unnest(%(gap_start)s::timestamptz[], %(gap_end)s::timestamptz[])
        as gap (gap_start, gap_end)
)

insert into warehouse.etl_gap (listener_key, gap_start, gap_end, detected_at)
select distinct
    %(listener_key)s::smallint as listener_key,
    found.gap_start,
    found.gap_end,
    coalesce(deleted.detected_at, now()) as detected_at
from found
left join deleted
    on found.gap_start >= deleted.gap_start and found.gap_end <= deleted.gap_end
where
    not exists (
        select 1 from warehouse.etl_gap as known
        where
            known.listener_key = %(listener_key)s
            and known.gap_start <= found.gap_start
            and known.gap_end >= found.gap_end
            and not known.gap_key = any(%(deleted)s::integer[])
    )
on conflict on constraint etl_gap_natural_key do nothing;
