-- List the names of the batch that have not been folded yet (DuckDB).
with met as (
    select track_name as name from entry
    union
    select artist_name from entry
    union
    select album_name from entry
    union
    select episode_name from entry
    union
    select show_name from entry
)

select met.name
from met
anti join folded_name
    on met.name = folded_name.name
where met.name is not null;
