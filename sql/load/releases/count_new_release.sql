-- Count the albums that have been listed as new, ever, over all listeners.
select count(*) as release_count
from warehouse.fact_album_release
where is_new;
