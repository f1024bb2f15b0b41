-- Load the staged albums into warehouse.dim_album and fill in their keys.
-- The rules are those of dim_artist.sql.
with staged as (
    select distinct on (album_id, known_by_name, known_by_artist)
        album_id,
        nullif(name, '') as name,
        folded_name,
        folded_artist_name,
        album_type,
        release_date,
        release_date_precision,
        total_track_count,
        image_url,
        metadata_level,
        case when album_id is null then folded_name end as known_by_name,
        case when album_id is null then folded_artist_name end as known_by_artist
    from pg_temp.staged_album
    order by album_id, known_by_name, known_by_artist, metadata_level desc, name
),

judged as (
    select
        staged.*,
        coalesce(by_id.album_key, by_name.album_key) as album_key
    from staged
    left join warehouse.dim_album as by_id
        on staged.album_id = by_id.album_id
    left join warehouse.dim_album as by_name
        on
            staged.known_by_name = by_name.known_by_name
            and staged.known_by_artist = by_name.known_by_artist
),

merged as (
    select
        judged.album_id,
        judged.known_by_name,
        judged.known_by_artist,
        known.album_key,
        greatest(judged.metadata_level, known.metadata_level) as metadata_level,
        coalesce(case when is_better then judged.name end, known.name, '') as name,
        case
            when is_better and judged.name is not null then judged.folded_name
            else coalesce(known.folded_name, judged.folded_name)
        end as folded_name,
        coalesce(
            case
                when is_better and judged.name is not null
                    then nullif(judged.folded_artist_name, '')
            end,
            known.folded_artist_name,
            judged.folded_artist_name
        ) as folded_artist_name,
        coalesce(
            case when is_better then judged.album_type end, known.album_type, judged.album_type
        ) as album_type,
        coalesce(
            case when is_better then judged.release_date end,
            known.release_date,
            judged.release_date
        ) as release_date,
        coalesce(
            case when is_better then judged.release_date_precision end,
            known.release_date_precision,
            judged.release_date_precision
        ) as release_date_precision,
        coalesce(
            case when is_better then judged.total_track_count end,
            known.total_track_count,
            judged.total_track_count
        ) as total_track_count,
        coalesce(
            case when is_better then judged.image_url end, known.image_url, judged.image_url
        ) as image_url
    from judged
    left join warehouse.dim_album as known
        on judged.album_key = known.album_key
    cross join lateral (
        select
            known.album_key is null
            or judged.metadata_level > known.metadata_level
            or (judged.metadata_level = known.metadata_level and judged.metadata_level > 1)
            or (judged.metadata_level = known.metadata_level and judged.name < known.name)
                as is_better
    ) as verdict
)

insert into warehouse.dim_album as target (
    album_id,
    name,
    folded_name,
    folded_artist_name,
    album_type,
    release_date,
    release_date_precision,
    total_track_count,
    image_url,
    metadata_level,
    described_at
)
select
    merged.album_id,
    merged.name,
    merged.folded_name,
    merged.folded_artist_name,
    merged.album_type,
    merged.release_date,
    merged.release_date_precision,
    merged.total_track_count,
    merged.image_url,
    merged.metadata_level,
    now() as described_at
from merged
left join warehouse.dim_album as known
    on merged.album_key = known.album_key
where
    merged.album_key is null
    or (
        merged.name,
        merged.folded_name,
        merged.folded_artist_name,
        merged.album_type,
        merged.release_date,
        merged.release_date_precision,
        merged.total_track_count,
        merged.image_url,
        merged.metadata_level
    )
    is distinct from
    (
        known.name,
        known.folded_name,
        known.folded_artist_name,
        known.album_type,
        known.release_date,
        known.release_date_precision,
        known.total_track_count,
        known.image_url,
        known.metadata_level
    )
order by merged.album_id, merged.known_by_name, merged.known_by_artist
on conflict on constraint dim_album_natural_key do update
    set
        name = excluded.name,
        folded_name = excluded.folded_name,
        folded_artist_name = excluded.folded_artist_name,
        album_type = excluded.album_type,
        release_date = excluded.release_date,
        release_date_precision = excluded.release_date_precision,
        total_track_count = excluded.total_track_count,
        image_url = excluded.image_url,
        metadata_level = excluded.metadata_level,
        described_at = excluded.described_at
    where excluded.metadata_level >= target.metadata_level;

update pg_temp.staged_album as staged
set album_key = known.album_key
from warehouse.dim_album as known
where staged.album_id = known.album_id;

update pg_temp.staged_album as staged
set album_key = known.album_key
from warehouse.dim_album as known
where
    staged.album_id is null
    and staged.folded_name = known.known_by_name
    and staged.folded_artist_name = known.known_by_artist;
