-- Read what the ledger holds of a listener, before they are forgotten.
select
    (
        select count(*) from warehouse.fact_play
        where listener_key = %(listener_key)s
    ) as play_count,
    (
        select count(*) from warehouse.fact_episode_play
        where listener_key = %(listener_key)s
    ) as episode_count,
    (
        select min(played_at) from warehouse.fact_play
        where listener_key = %(listener_key)s
    ) as first_played_at,
    (
        select max(played_at) from warehouse.fact_play
        where listener_key = %(listener_key)s
    ) as last_played_at,
    (
        select count(*) from warehouse.etl_import
        where listener_key = %(listener_key)s
    ) as import_count,
    (
        select count(*) from warehouse.fact_album_rating
        where listener_key = %(listener_key)s
    ) as rating_count,
    (
        select count(*) from warehouse.api_token
        where listener_key = %(listener_key)s and revoked_at is null
    ) as token_count,
    array(
        select sign_in.fingerprint from warehouse.etl_sign_in as sign_in
        where sign_in.listener_key = %(listener_key)s
    ) as fingerprints;
