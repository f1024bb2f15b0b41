-- Load the staged artists into warehouse.dim_artist and fill in their keys.
-- A better description overwrites a worse one, a blank fills nothing, and among mere
-- names the least spelling wins, whatever came first. Sorted by natural key, so that
-- writers of different listeners never deadlock; rows that would not change are left alone.
with staged as (
    select distinct on (artist_id, known_by_name)
        artist_id,
        nullif(name, '') as name,
        folded_name,
        image_url,
        metadata_level,
        case when artist_id is null then folded_name end as known_by_name
    from pg_temp.staged_artist
    order by artist_id, known_by_name, metadata_level desc, name
),

judged as (
    select
        staged.*,
        coalesce(by_id.artist_key, by_name.artist_key) as artist_key
    from staged
    left join warehouse.dim_artist as by_id
        on staged.artist_id = by_id.artist_id
    left join warehouse.dim_artist as by_name
        on staged.known_by_name = by_name.known_by_name
),

merged as (
    select
        judged.artist_id,
        judged.known_by_name,
        known.artist_key,
        greatest(judged.metadata_level, known.metadata_level) as metadata_level,
        coalesce(case when is_better then judged.name end, known.name, '') as name,
        case
            when is_better and judged.name is not null then judged.folded_name
            else coalesce(known.folded_name, judged.folded_name)
        end as folded_name,
        coalesce(case when is_better then judged.image_url end, known.image_url, judged.image_url)
            as image_url
    from judged
    left join warehouse.dim_artist as known
        on judged.artist_key = known.artist_key
    cross join lateral (
        select
            known.artist_key is null
            or judged.metadata_level > known.metadata_level
            or (judged.metadata_level = known.metadata_level and judged.metadata_level > 1)
            or (judged.metadata_level = known.metadata_level and judged.name < known.name)
                as is_better
    ) as verdict
),

-- What an artist is called decides which tracks count as one.
renamed as (
    insert into pg_temp.renamed_artist (artist_key)
    select merged.artist_key
    from merged
    inner join warehouse.dim_artist as known
        on merged.artist_key = known.artist_key
    where merged.folded_name <> known.folded_name
)

insert into warehouse.dim_artist as target (
    artist_id, name, folded_name, image_url, metadata_level, described_at
)
select
    merged.artist_id,
    merged.name,
    merged.folded_name,
    merged.image_url,
    merged.metadata_level,
    now() as described_at
from merged
left join warehouse.dim_artist as known
    on merged.artist_key = known.artist_key
where
    merged.artist_key is null
    or (merged.name, merged.folded_name, merged.image_url, merged.metadata_level)
    is distinct from
    (known.name, known.folded_name, known.image_url, known.metadata_level)
order by merged.artist_id, merged.known_by_name
on conflict on constraint dim_artist_natural_key do update
    set
        name = excluded.name,
        folded_name = excluded.folded_name,
        image_url = excluded.image_url,
        metadata_level = excluded.metadata_level,
        described_at = excluded.described_at
    where excluded.metadata_level >= target.metadata_level;

update pg_temp.staged_artist as staged
set artist_key = known.artist_key
from warehouse.dim_artist as known
where staged.artist_id = known.artist_id;

update pg_temp.staged_artist as staged
set artist_key = known.artist_key
from warehouse.dim_artist as known
where staged.artist_id is null and staged.folded_name = known.known_by_name;
