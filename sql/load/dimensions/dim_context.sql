-- Load the staged contexts into warehouse.dim_context and fill in their keys.
insert into warehouse.dim_context (context_uri, context_type)
select
    staged.context_uri,
    staged.context_type
from pg_temp.staged_context as staged
where
    not exists (
        select 1 from warehouse.dim_context as known
        where known.context_uri = staged.context_uri
    )
order by staged.context_uri
on conflict on constraint dim_context_natural_key do nothing;

update pg_temp.staged_context as staged
set context_key = known.context_key
from warehouse.dim_context as known
where staged.context_uri = known.context_uri;
