-- Put what imports close of gaps, and what they leave open, in the place of what was there.
with deleted as (
    delete from warehouse.etl_gap
    where gap_key = any(%(deleted)s::integer[])
    returning
        gap_start,
        gap_end,
        detected_at
),

piece as (
    select
        piece.gap_start,
        piece.gap_end,
        piece.closed_by
    from unnest(%(gap_start)s::timestamptz[], %(gap_end)s::timestamptz[], %(closed_by)s::text[])
        as piece (gap_start, gap_end, closed_by)
)

insert into warehouse.etl_gap (
    listener_key, gap_start, gap_end, detected_at, closed_at, closed_by
)
select distinct on (piece.gap_start, piece.gap_end)
    %(listener_key)s::smallint as listener_key,
    piece.gap_start,
    piece.gap_end,
    deleted.detected_at,
    case when piece.closed_by is not null then now() end as closed_at,
    piece.closed_by
from piece
inner join deleted
    on piece.gap_start < deleted.gap_end and piece.gap_end > deleted.gap_start
order by piece.gap_start, piece.gap_end, deleted.detected_at
on conflict on constraint etl_gap_natural_key do nothing;
