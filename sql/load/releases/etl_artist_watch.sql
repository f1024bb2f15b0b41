-- Note whose albums have been asked for.
insert into warehouse.etl_artist_watch as known (artist_key, is_split)
select
    artist.artist_key,
    bool_or(staged.is_split) as is_split
from pg_temp.staged_artist_watch as staged
inner join warehouse.dim_artist as artist
    on staged.artist_id = artist.artist_id
group by artist.artist_key
order by artist.artist_key
on conflict on constraint etl_artist_watch_pk do update
    set asked_at = now(), is_split = excluded.is_split;
