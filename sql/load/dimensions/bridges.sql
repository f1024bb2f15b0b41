-- Load the staged credits into the two bridges.
-- A track's or album's credits are replaced as a whole, and only by a description that
-- is at least as good as the one in the dimension (its level, and its main artist).
create temp table staged_track_credit on commit drop as
with described as (
    select distinct on (track.track_key)
        track.track_key,
        track.track_ref
    from pg_temp.staged_track as track
    inner join warehouse.dim_track as known
        on track.track_key = known.track_key
    where
        track.metadata_level = known.metadata_level
        and track.folded_artist_name = known.folded_artist_name
        and track.name <> ''
    order by track.track_key, track.track_ref
)

select
    described.track_key,
    artist.artist_key,
    credit.artist_position,
    credit.artist_role
from described
inner join pg_temp.staged_track_artist as credit
    on described.track_ref = credit.owner_ref
inner join pg_temp.staged_artist as artist
    on credit.artist_ref = artist.artist_ref;

-- Or the credits of the whole ledger would be read; benchmark hourly_job measures it.
analyze pg_temp.staged_track_credit (track_key, artist_key);

delete from warehouse.bridge_track_artist as bridge
using (select distinct track_key from pg_temp.staged_track_credit) as credited
where
    bridge.track_key = credited.track_key
    and not exists (
        select 1 from pg_temp.staged_track_credit as credit
        where credit.track_key = bridge.track_key and credit.artist_key = bridge.artist_key
    );

insert into warehouse.bridge_track_artist as target (
    track_key, artist_key, artist_position, artist_role
)
select
    track_key,
    artist_key,
    min(artist_position) as artist_position,
    max(artist_role) as artist_role
from pg_temp.staged_track_credit as credit
where
    not exists (
        select 1 from warehouse.bridge_track_artist as bridge
        where
            bridge.track_key = credit.track_key
            and bridge.artist_key = credit.artist_key
            and bridge.artist_position = credit.artist_position
            and bridge.artist_role = credit.artist_role
    )
group by track_key, artist_key
order by track_key, artist_key
on conflict on constraint bridge_track_artist_pk do update
    set artist_position = excluded.artist_position, artist_role = excluded.artist_role;

create temp table staged_album_credit on commit drop as
with described as (
    select distinct on (album.album_key)
        album.album_key,
        album.album_ref
    from pg_temp.staged_album as album
    inner join warehouse.dim_album as known
        on album.album_key = known.album_key
    where
        album.metadata_level = known.metadata_level
        and album.folded_artist_name = known.folded_artist_name
        and album.name <> ''
    order by album.album_key, album.album_ref
)

select
    described.album_key,
    artist.artist_key,
    credit.artist_position,
    credit.artist_role
from described
inner join pg_temp.staged_album_artist as credit
    on described.album_ref = credit.owner_ref
inner join pg_temp.staged_artist as artist
    on credit.artist_ref = artist.artist_ref;

-- Or the credits of the whole ledger would be read; benchmark hourly_job measures it.
analyze pg_temp.staged_album_credit (album_key, artist_key);

with removed as (
    delete from warehouse.bridge_album_artist as bridge
    using (select distinct album_key from pg_temp.staged_album_credit) as credited
    where
        bridge.album_key = credited.album_key
        and not exists (
            select 1 from pg_temp.staged_album_credit as credit
            where credit.album_key = bridge.album_key and credit.artist_key = bridge.artist_key
        )
    returning bridge.album_key
)

insert into pg_temp.recredited_album (album_key)
select album_key from removed;

with added as (
    insert into warehouse.bridge_album_artist as target (
        album_key, artist_key, artist_position, artist_role
    )
    select
        album_key,
        artist_key,
        min(artist_position) as artist_position,
        max(artist_role) as artist_role
    from pg_temp.staged_album_credit as credit
    where
        not exists (
            select 1 from warehouse.bridge_album_artist as bridge
            where
                bridge.album_key = credit.album_key
                and bridge.artist_key = credit.artist_key
                and bridge.artist_position = credit.artist_position
                and bridge.artist_role = credit.artist_role
        )
    group by album_key, artist_key
    order by album_key, artist_key
    on conflict on constraint bridge_album_artist_pk do update
        set artist_position = excluded.artist_position, artist_role = excluded.artist_role
    returning album_key
)

insert into pg_temp.recredited_album (album_key)
select album_key from added;
