-- Recompute the match classes of the tracks whose names or artists this batch touches.
-- Two tracks belong together when their folded names are equal and they share an artist,
-- by folded name, among the artists of the track and of its album. The class is named
-- after its least track_key; classes whose membership changed are noted, because
-- their clusters of plays have to be derived again.
-- The planner is told how little it usually is, or whole dimensions would be read; benchmark
-- hourly_job measures it.
analyze pg_temp.staged_track (track_key);
analyze pg_temp.recredited_album;
analyze pg_temp.renamed_artist;

create temp table match_member on commit drop as
with touched_track as (
    select staged.track_key
    from pg_temp.staged_track as staged
    union
    select track.track_key
    from pg_temp.recredited_album as album
    inner join warehouse.dim_track as track
        on album.album_key = track.album_key
    union
    select bridge.track_key
    from pg_temp.renamed_artist as artist
    inner join warehouse.bridge_track_artist as bridge
        on artist.artist_key = bridge.artist_key
    union
    select track.track_key
    from pg_temp.renamed_artist as artist
    inner join warehouse.bridge_album_artist as bridge
        on artist.artist_key = bridge.artist_key
    inner join warehouse.dim_track as track
        on bridge.album_key = track.album_key
),

-- With the names of those that a track has counted as one with so far: a track that gets
-- another name leaves them, and they may have been named after it.
touched_name as (
    select distinct classmate.folded_name
    from touched_track
    inner join warehouse.dim_track as known
        on touched_track.track_key = known.track_key
    inner join warehouse.dim_track as classmate
        on known.match_key = classmate.match_key
    where classmate.folded_name <> ''
),

namesake as (
    select
        track.track_key,
        track.album_key,
        track.folded_name,
        track.match_key,
        count(*) over (partition by track.folded_name) as track_count
    from warehouse.dim_track as track
    inner join touched_name
        on track.folded_name = touched_name.folded_name
)

-- The only one of its name stands alone: it matters only if it has not done so until now.
select
    track_key,
    album_key,
    folded_name,
    match_key
from namesake
where track_count > 1 or match_key <> track_key;

-- Mostly there are none: the planner would make room for millions, which takes longer than all
-- the rest. Benchmark hourly_job measures it.
analyze pg_temp.match_member;

with evidence as (
    select
        member.track_key,
        member.folded_name,
        artist.folded_name as artist_name
    from pg_temp.match_member as member
    inner join warehouse.bridge_track_artist as bridge
        on member.track_key = bridge.track_key
    inner join warehouse.dim_artist as artist
        on bridge.artist_key = artist.artist_key
    where artist.folded_name <> ''
    union
    select
        member.track_key,
        member.folded_name,
        artist.folded_name as artist_name
    from pg_temp.match_member as member
    inner join warehouse.bridge_album_artist as bridge
        on member.album_key = bridge.album_key
    inner join warehouse.dim_artist as artist
        on bridge.artist_key = artist.artist_key
    where artist.folded_name <> '' and member.album_key <> 0
),

-- Connected components: from every track to all it reaches over shared artists.
reached as (
    with recursive walk (root_key, track_key) as (
        select
            track_key as root_key,
            track_key
        from pg_temp.match_member
        union
        select
            walk.root_key,
            neighbour.track_key
        from walk
        inner join evidence as own
            on walk.track_key = own.track_key
        inner join evidence as neighbour
            on
                own.folded_name = neighbour.folded_name
                and own.artist_name = neighbour.artist_name
    )

    select
        root_key as track_key,
        min(track_key) as match_key
    from walk
    group by root_key
),

updated as (
    update warehouse.dim_track as track
    set match_key = reached.match_key
    from reached
    inner join pg_temp.match_member as member
        on reached.track_key = member.track_key
    where track.track_key = reached.track_key and track.match_key <> reached.match_key
    returning
        track.match_key as new_class,
        member.match_key as old_class
)

insert into pg_temp.changed_class (match_key)
select new_class as match_key from updated
union
select old_class as match_key from updated;
