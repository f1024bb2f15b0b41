-- Tell whether the ledger holds an album: a row comes back where it does.
select 1 as is_there
where exists (
    select 1 from warehouse.dim_album
    where album_key > 0 and name <> ''
);
