-- Read the newest keys of what search goes over: what is beyond those it knows is new.
select
    (select max(artist_key) from warehouse.dim_artist) as artist_key,
    (select max(album_key) from warehouse.dim_album) as album_key,
    (select max(track_key) from warehouse.dim_track) as track_key;
