-- Load the staged play details into warehouse.dim_play_detail and fill in their keys.
insert into warehouse.dim_play_detail (
    reason_start, reason_end, country, is_shuffle, is_skipped, is_offline, is_incognito
)
select
    reason_start,
    reason_end,
    country,
    is_shuffle,
    is_skipped,
    is_offline,
    is_incognito
from pg_temp.staged_play_detail
except
select
    reason_start,
    reason_end,
    country,
    is_shuffle,
    is_skipped,
    is_offline,
    is_incognito
from warehouse.dim_play_detail
order by 1, 2, 3, 4, 5, 6, 7
on conflict on constraint dim_play_detail_natural_key do nothing;

update pg_temp.staged_play_detail as staged
set play_detail_key = known.play_detail_key
from warehouse.dim_play_detail as known
where
    -- Half of the rule below in a form that can be hashed (benchmark import_history).
    coalesce(staged.reason_start, '') = coalesce(known.reason_start, '')
    and coalesce(staged.reason_end, '') = coalesce(known.reason_end, '')
    and (
        staged.reason_start,
        staged.reason_end,
        staged.country,
        staged.is_shuffle,
        staged.is_skipped,
        staged.is_offline,
        staged.is_incognito
    )
    is not distinct from
    (
        known.reason_start,
        known.reason_end,
        known.country,
        known.is_shuffle,
        known.is_skipped,
        known.is_offline,
        known.is_incognito
    );
