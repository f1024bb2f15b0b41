-- Make the temporary tables that answers of the catalogue need beside those of stage.sql.
create temp table staged_answered_track (
    track_uri text not null,
    answered_id text not null
) on commit drop;

create temp table staged_artist_genre (
    artist_ref integer not null,
    name text not null,
    genre_source text not null
) on commit drop;
