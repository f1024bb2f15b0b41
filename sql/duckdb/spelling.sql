-- Find what the batch names and no batch before it has, cleaned (DuckDB); the view lists the
-- names in it that have not been folded yet.
create or replace table unsent as
select distinct
    item_name,
    track_uri,
    track_name,
    artist_name,
    album_name
from entry
where reason is null and kind = 'track'
except
select
    item_name,
    track_uri,
    track_name,
    artist_name,
    album_name
from sent_track;

insert into sent_track
from unsent;

create or replace table spelling as
select
    item_name,
    clean(track_uri) as track_uri,
    clean(track_name) as track_name,
    clean(artist_name) as artist_name,
    clean(album_name) as album_name
from unsent;

create or replace table episode_spelling as
select
    item_name,
    clean(episode_uri) as episode_uri,
    clean(episode_name) as episode_name,
    clean(show_uri) as show_uri,
    clean(show_name) as show_name,
    is_audiobook
from (
    select distinct
        item_name,
        episode_uri,
        episode_name,
        show_uri,
        show_name,
        is_audiobook
    from entry
    where reason is null and kind = 'episode'
) as met;

create or replace view unfolded_name as
with met as (
    select track_name as name from spelling
    union
    select artist_name from spelling
    union
    select album_name from spelling
    union
    select episode_name from episode_spelling
    union
    select show_name from episode_spelling
)

select met.name
from met
anti join folded_name
    on met.name = folded_name.name
where met.name is not null;
