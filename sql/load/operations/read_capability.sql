-- Read what this app is known to be able to do, and which buckets Spotify has closed.
select
    (
        select json_object_agg(capability, is_available)
        from warehouse.etl_capability
        where client_id = %(client_id)s and probe_again_at > now()
    ) as capabilities,
    (
        select json_object_agg(bucket, blocked_until)
        from warehouse.etl_quota
        where client_id = %(client_id)s and blocked_until > now()
    ) as blocked_buckets;
