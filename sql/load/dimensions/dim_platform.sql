-- Load the staged platforms into warehouse.dim_platform and fill in their keys.
insert into warehouse.dim_platform (name)
select staged.name
from pg_temp.staged_platform as staged
where
    not exists (
        select 1 from warehouse.dim_platform as known
        where known.name = staged.name
    )
order by staged.name
on conflict on constraint dim_platform_natural_key do nothing;

update pg_temp.staged_platform as staged
set platform_key = known.platform_key
from warehouse.dim_platform as known
where staged.name = known.name;
