-- Count what the ledger holds of a listener.
select
    (
        select display_name from warehouse.dim_listener
        where listener_key = %(listener_key)s)
        as listener,
    (
        select count(*) from warehouse.fact_play
        where listener_key = %(listener_key)s)
        as play_count,
    (
        select count(*) from warehouse.fact_album_rating
        where listener_key = %(listener_key)s)
        as rating_count,
    (
        select max(played_at) from warehouse.fact_play
        where listener_key = %(listener_key)s)
        as last_played_at,
    (
        select max(ended_at) from warehouse.etl_run
        where job = 'rank_albums' and outcome = 'done'
    ) as ranked_at;
