-- Replace whom a listener follows by what Spotify says now; where it did not tell to the end
-- (is_whole is false), those that it told are added and nobody is dropped.
delete from warehouse.bridge_listener_artist as known
where
    %(is_whole)s
    and known.listener_key = %(listener_key)s
    and not exists (
        select 1 from pg_temp.staged_artist as artist
        where artist.artist_key = known.artist_key
    );

insert into warehouse.bridge_listener_artist (listener_key, artist_key)
select distinct
    %(listener_key)s::smallint as listener_key,
    artist.artist_key
from pg_temp.staged_artist as artist
where artist.artist_key is not null
order by artist.artist_key
on conflict on constraint bridge_listener_artist_pk do nothing;
