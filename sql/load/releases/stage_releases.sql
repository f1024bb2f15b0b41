-- Make the temporary tables that a search for new albums fills beside those of stage.sql.
create temp table staged_release (
    album_ref integer not null,
    found_by text not null,
    edition_name text not null,
    is_first_look boolean not null
) on commit drop;

create temp table staged_artist_watch (
    artist_id text not null,
    is_split boolean not null
) on commit drop;
