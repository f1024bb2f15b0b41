-- Find the albums that ratings mean: by id, else by folded title and artist, among those that
-- their listeners know (part.known_album): what another has heard is not found.
-- Without an artist the title must be one artist's only; else the candidates come back.
-- Among editions of one title and artist the best described wins: the one with an id, an
-- album before a single, with the most tracks, the oldest.
with wanted as (
    select
        row_number,
        listener_key,
        album_id,
        folded_title,
        folded_artist
    from unnest(
        %(row_number)s::integer[],
        %(listener_key)s::smallint[],
        %(album_id)s::text[],
        %(folded_title)s::text[],
        %(folded_artist)s::text[]
    ) as given (row_number, listener_key, album_id, folded_title, folded_artist)
),

candidate as (
    select
        wanted.row_number,
        wanted.folded_artist,
        album.album_key,
        album.album_id,
        album.name,
        album.folded_artist_name,
        row_number() over (
            partition by wanted.row_number
            order by
                album.album_id is null,
                named.folded_artist_name <> wanted.folded_artist,
                album.folded_artist_name = '',
                album.metadata_level desc,
                (album.album_type = 'album') desc nulls last,
                album.total_track_count desc nulls last,
                album.release_date nulls last,
                album.album_id collate "C",
                album.album_key
        ) as place
    from wanted
    inner join warehouse.dim_album as named
        on
            wanted.album_id = named.album_id
            or (wanted.album_id is null and wanted.folded_title = named.folded_name)
    inner join part.meant_album as meant
        on wanted.listener_key = meant.listener_key and named.album_key = meant.album_key
    inner join warehouse.dim_album as album
        on meant.meant_album_key = album.album_key
    where
        named.album_key > 0
        and (album.album_id is not null or not %(needs_id)s)
        and (
            (select alone.is_alone from part.is_alone as alone)
            or exists (
                select 1 from part.known_album as known
                where known.listener_key = wanted.listener_key and known.album_key = album.album_key
            )
        )
        and (
            wanted.album_id is not null
            or wanted.folded_artist in ('', named.folded_artist_name)
            or exists (
                select 1
                from warehouse.bridge_album_artist as credit
                inner join warehouse.dim_artist as artist
                    on credit.artist_key = artist.artist_key
                where
                    credit.album_key = named.album_key
                    and artist.folded_name = wanted.folded_artist
            )
        )
),

named_artist as (
    select
        credit.album_key,
        min(artist.name) as name
    from warehouse.bridge_album_artist as credit
    inner join warehouse.dim_artist as artist
        on credit.artist_key = artist.artist_key
    where
        credit.artist_position = 0
        and credit.album_key in (select candidate.album_key from candidate)
    group by credit.album_key
),

-- The first of each artist's albums of that title.
choice as (
    select distinct on (candidate.row_number, candidate.folded_artist_name)
        candidate.row_number,
        candidate.place,
        candidate.folded_artist_name,
        json_build_object(
            'album', candidate.name,
            'artist', coalesce(named_artist.name, candidate.folded_artist_name),
            'album_id', candidate.album_id
        ) as description
    from candidate
    left join named_artist
        on candidate.album_key = named_artist.album_key
    where candidate.folded_artist = '' and candidate.folded_artist_name <> ''
    order by candidate.row_number, candidate.folded_artist_name, candidate.place
),

choices as (
    select
        row_number,
        count(*) as artist_count,
        json_agg(description order by place) filter (where place <= 20) as candidates
    from choice
    group by row_number
)

select
    wanted.row_number,
    candidate.album_key,
    case when wanted.album_id is null and choices.artist_count > 1 then choices.candidates end
        as candidates
from wanted
left join candidate
    on wanted.row_number = candidate.row_number and candidate.place = 1
left join choices
    on wanted.row_number = choices.row_number
order by wanted.row_number;
