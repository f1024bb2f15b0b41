-- Tell whether the ledger holds an album for a listener: a row comes back where it does.
select 1 as is_there
where exists (
    select 1 from warehouse.dim_album as album
    where
        album.album_key > 0
        and album.name <> ''
        and (
            (select alone.is_alone from part.is_alone as alone)
            or exists (
                select 1 from part.known_album as known
                where known.listener_key = %(listener_key)s and known.album_key = album.album_key
            )
        )
);
