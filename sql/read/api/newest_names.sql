-- Read what tells whether there are new names for search to go over. Of who is alone: the newest
-- keys of the ledger. Else how many tracks the listener has heard, and the newest rating: what
-- others hear changes nothing.
select
    alone.is_alone,
    case when alone.is_alone then (select max(artist.artist_key) from warehouse.dim_artist as artist) end
        as artist_key,
    case when alone.is_alone then (select max(album.album_key) from warehouse.dim_album as album) end
        as album_key,
    case when alone.is_alone then (select max(track.track_key) from warehouse.dim_track as track) end
        as track_key,
    case
        when not alone.is_alone then (
            select count(*) from warehouse.summary_track as heard
            where heard.listener_key = %(listener_key)s
        )
    end as heard_count,
    case
        when not alone.is_alone then (
            select max(rating.album_rating_key) from warehouse.fact_album_rating as rating
            where rating.listener_key = %(listener_key)s
        )
    end as newest_rating
from part.is_alone as alone;
