-- Read what a ranking depends on: it is worked out again when any of these has changed.
-- Keys of one listener's ratings grow in the order of their commits (lock_ratings.sql). What
-- others rate changes nothing of one's own ranking; listener 0 is all together.
select
    (
        select coalesce(json_agg(newest.album_rating_key order by listener.listener_key)::text, '')
        from warehouse.dim_listener as listener
        cross join
            lateral (
                select max(rating.album_rating_key) as album_rating_key
                from warehouse.fact_album_rating as rating
                where rating.listener_key = listener.listener_key
            ) as newest
        where %(listener_key)s in (0, listener.listener_key)
    ) as ratings,
    (
        select max(ended_at) from warehouse.etl_run
        where job = 'rank_albums'
    ) as ranked_at,
    current_date as today;
