-- Load the staged tracks into warehouse.dim_track and fill in their keys.
-- The rules are those of dim_artist.sql; among mere names the least (title, artist, album)
-- wins as a whole, so that a track never mixes two spellings. A new track is a class
-- of its own (match_key = track_key) until match_class.sql finds others like it. The album
-- under which a history lists it comes along; of several, named_album.sql keeps the least.
with staged as (
    select distinct on (track.track_uri, known_by_name, known_by_artist)
        track.track_id,
        track.track_uri,
        nullif(track.name, '') as name,
        track.folded_name,
        track.folded_artist_name,
        track.duration_ms,
        track.isrc,
        track.disc_number,
        track.track_number,
        track.is_explicit,
        track.is_local,
        track.metadata_level,
        nullif(album.album_key, 0) as album_key,
        case
            when album.album_id is null and track.track_id is not null and not track.is_local
                then nullif(album.album_key, 0)
        end as named_album_key,
        coalesce(album.folded_name, '') as folded_album_name,
        case when track.track_uri is null then track.folded_name end as known_by_name,
        case when track.track_uri is null then track.folded_artist_name end as known_by_artist
    from pg_temp.staged_track as track
    left join pg_temp.staged_album as album
        on track.album_ref = album.album_ref
    order by
        track.track_uri,
        known_by_name,
        known_by_artist,
        track.metadata_level desc,
        track.folded_artist_name,
        track.name,
        album.folded_name
),

matched as (
    select
        staged.*,
        coalesce(by_uri, by_name) as known
    from staged
    left join warehouse.dim_track as by_uri
        on staged.track_uri = by_uri.track_uri
    left join warehouse.dim_track as by_name
        on
            -- True of every name; the natural key's index wants it said (benchmark import_history).
            by_name.track_uri is null
            and staged.known_by_name = by_name.known_by_name
            and staged.known_by_artist = by_name.known_by_artist
),

-- Judged once a row, not once for each of its columns; benchmark import_history measures it.
judged as materialized (
    select
        matched.*,
        (matched.known).track_key is null
        or matched.metadata_level > (matched.known).metadata_level
        or (
            matched.metadata_level = (matched.known).metadata_level and matched.metadata_level > 1
        )
        or (
            matched.metadata_level = (matched.known).metadata_level
            and (matched.folded_artist_name, matched.name, matched.folded_album_name)
            < (
                (matched.known).folded_artist_name,
                (matched.known).name,
                coalesce(known_album.folded_name, '')
            )
        ) as is_better
    from matched
    left join warehouse.dim_album as known_album
        on (matched.known).album_key = known_album.album_key
),

merged as (
    select
        judged.track_uri,
        judged.known_by_name,
        judged.known_by_artist,
        judged.named_album_key,
        judged.known,
        (judged.known).track_key,
        greatest(judged.metadata_level, (judged.known).metadata_level) as metadata_level,
        coalesce((judged.known).is_local, judged.is_local) as is_local,
        coalesce((judged.known).track_id, judged.track_id) as track_id,
        coalesce(case when is_better then judged.name end, (judged.known).name, '') as name,
        case
            when is_better and judged.name is not null then judged.folded_name
            else coalesce((judged.known).folded_name, judged.folded_name)
        end as folded_name,
        coalesce(
            case
                when is_better and judged.name is not null
                    then nullif(judged.folded_artist_name, '')
            end,
            (judged.known).folded_artist_name,
            judged.folded_artist_name
        ) as folded_artist_name,
        coalesce(
            case when is_better then judged.album_key end,
            nullif((judged.known).album_key, 0),
            judged.album_key,
            0
        ) as album_key,
        coalesce(
            case when is_better then judged.duration_ms end, (judged.known).duration_ms, judged.duration_ms
        ) as duration_ms,
        coalesce(case when is_better then judged.isrc end, (judged.known).isrc, judged.isrc) as isrc,
        coalesce(
            case when is_better then judged.disc_number end, (judged.known).disc_number, judged.disc_number
        ) as disc_number,
        coalesce(
            case when is_better then judged.track_number end,
            (judged.known).track_number,
            judged.track_number
        ) as track_number,
        coalesce(
            case when is_better then judged.is_explicit end, (judged.known).is_explicit, judged.is_explicit
        ) as is_explicit
    from judged
),

changed as (
    select *
    from merged
    where
        merged.track_key is null
        or (
            merged.track_id,
            merged.name,
            merged.folded_name,
            merged.folded_artist_name,
            merged.album_key,
            merged.duration_ms,
            merged.isrc,
            merged.disc_number,
            merged.track_number,
            merged.is_explicit,
            merged.metadata_level
        )
        is distinct from
        (
            (merged.known).track_id,
            (merged.known).name,
            (merged.known).folded_name,
            (merged.known).folded_artist_name,
            (merged.known).album_key,
            (merged.known).duration_ms,
            (merged.known).isrc,
            (merged.known).disc_number,
            (merged.known).track_number,
            (merged.known).is_explicit,
            (merged.known).metadata_level
        )
),

numbered as (
    select
        changed.*,
        coalesce(
            changed.track_key,
            -- The sequence's name is asked for once, not for every row (benchmark import_history).
            nextval(
                (select pg_get_serial_sequence('warehouse.dim_track', 'track_key'))::regclass
            )::integer
        ) as new_key
    from changed
),

-- What a play counts for depends on the length of its track: etl_touched_track.sql says so to
-- every listener.
relengthened as (
    insert into pg_temp.changed_length (track_key, changes_listens)
    select
        track_key,
        least(30000, coalesce(duration_ms, 30000))
        <> least(30000, coalesce((known).duration_ms, 30000)) as changes_listens
    from changed
    where track_key is not null and duration_ms is distinct from (known).duration_ms
)

insert into warehouse.dim_track as target (
    track_key,
    track_id,
    track_uri,
    name,
    folded_name,
    folded_artist_name,
    album_key,
    named_album_key,
    duration_ms,
    isrc,
    disc_number,
    track_number,
    is_explicit,
    is_local,
    match_key,
    metadata_level,
    described_at
)
select
    new_key as track_key,
    track_id,
    track_uri,
    name,
    folded_name,
    folded_artist_name,
    album_key,
    named_album_key,
    duration_ms,
    isrc,
    disc_number,
    track_number,
    is_explicit,
    is_local,
    new_key as match_key,
    metadata_level,
    now() as described_at
from numbered
order by track_uri, known_by_name, known_by_artist
on conflict on constraint dim_track_natural_key do update
    set
        track_id = excluded.track_id,
        name = excluded.name,
        folded_name = excluded.folded_name,
        folded_artist_name = excluded.folded_artist_name,
        album_key = excluded.album_key,
        duration_ms = excluded.duration_ms,
        isrc = excluded.isrc,
        disc_number = excluded.disc_number,
        track_number = excluded.track_number,
        is_explicit = excluded.is_explicit,
        metadata_level = excluded.metadata_level,
        described_at = excluded.described_at
    where excluded.metadata_level >= target.metadata_level;

update pg_temp.staged_track as staged
set track_key = known.track_key
from warehouse.dim_track as known
where staged.track_uri = known.track_uri;

update pg_temp.staged_track as staged
set track_key = known.track_key
from warehouse.dim_track as known
where
    staged.track_uri is null
    and known.track_uri is null
    and staged.folded_name = known.known_by_name
    and staged.folded_artist_name = known.known_by_artist;
