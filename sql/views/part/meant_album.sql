-- part.meant_album
-- Grain: one row per listener and album: the album that it means to this listener.
-- A name that turned out to be an album means that album to whoever knows it; where another has
-- found it out, it stays a name: that it is more is what the other heard.
create view part.meant_album as
select
    listener.listener_key,
    album.album_key,
    case
        when
            album.same_as_album_key is not null
            and (
                (select alone.is_alone from part.is_alone as alone)
                or exists (
                    select 1 from part.known_album as known
                    where
                        known.listener_key = listener.listener_key
                        and known.album_key = album.same_as_album_key
                )
            )
            then album.same_as_album_key
        else album.album_key
    end as meant_album_key
from warehouse.dim_listener as listener
cross join warehouse.dim_album as album;
comment on view part.meant_album is
'Grain: one row per listener and album: the album that it means to this listener.';
comment on column part.meant_album.listener_key is 'To whom: bi.listener.';
comment on column part.meant_album.album_key is 'What is named: bi.album.';
comment on column part.meant_album.meant_album_key is 'What is meant: bi.album; the same where nothing else is known.';
