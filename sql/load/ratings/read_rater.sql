-- Read who has ever rated an album.
select listener.listener_key
from warehouse.dim_listener as listener
where exists (
    select 1 from warehouse.fact_album_rating as rating
    where rating.listener_key = listener.listener_key
);
