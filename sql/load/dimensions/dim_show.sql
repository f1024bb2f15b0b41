-- Load the staged shows into warehouse.dim_show and fill in their keys.
-- The rules are those of dim_artist.sql: better overwrites worse, a blank fills nothing, and
-- among mere names the least spelling wins.
with staged as (
    select distinct on (show_id, known_by_name, is_audiobook)
        show_id,
        name,
        folded_name,
        is_audiobook,
        metadata_level,
        case when show_id is null then folded_name end as known_by_name
    from pg_temp.staged_show
    order by show_id, known_by_name, is_audiobook, metadata_level desc, name
)

insert into warehouse.dim_show as target (
    show_id, name, folded_name, is_audiobook, metadata_level, described_at
)
select
    staged.show_id,
    staged.name,
    staged.folded_name,
    staged.is_audiobook,
    staged.metadata_level,
    now() as described_at
from staged
where
    not exists (
        select 1 from warehouse.dim_show as known
        where
            -- Equal, so that it can be hashed (benchmark import_history); see dim_episode.sql.
            coalesce(known.show_id, '') = coalesce(staged.show_id, '')
            and coalesce(known.known_by_name, '') = coalesce(staged.known_by_name, '')
            and known.is_audiobook = staged.is_audiobook
            and (known.metadata_level, staged.name) >= (staged.metadata_level, known.name)
    )
order by staged.show_id, staged.known_by_name, staged.is_audiobook
on conflict on constraint dim_show_natural_key do update
    set
        name = excluded.name,
        folded_name = excluded.folded_name,
        metadata_level = excluded.metadata_level,
        described_at = excluded.described_at
    where
    excluded.metadata_level > target.metadata_level
    or (excluded.metadata_level = target.metadata_level and excluded.name < target.name);

update pg_temp.staged_show as staged
set show_key = known.show_key
from warehouse.dim_show as known
where
    staged.is_audiobook = known.is_audiobook
    and staged.show_id = known.show_id;

update pg_temp.staged_show as staged
set show_key = known.show_key
from warehouse.dim_show as known
where
    staged.show_id is null
    and staged.is_audiobook = known.is_audiobook
    and staged.folded_name = known.known_by_name;
