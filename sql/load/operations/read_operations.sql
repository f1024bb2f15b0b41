-- Read what a run must know before it asks Spotify anything, in one round trip.
-- That is the schema's version, whose refresh tokens these are, the latest token of each of those
-- listeners and by what other tokens they were known, the buckets Spotify has closed, when
-- the job last succeeded anywhere for all of them, and what every summary speaks of: when sign-ins end,
-- machines that are silent, gaps that others noticed.
with asked as (
    select unnest(%(fingerprints)s::text[]) as fingerprint
),

held as (
    select
        sign_in.fingerprint,
        sign_in.listener_key,
        listener.timezone
    from asked
    inner join warehouse.etl_sign_in as sign_in
        on asked.fingerprint = sign_in.fingerprint
    inner join warehouse.dim_listener as listener
        on sign_in.listener_key = listener.listener_key
),

latest as (
    select distinct on (sign_in.listener_key)
        sign_in.listener_key,
        sign_in.fingerprint,
        sign_in.encrypted_token,
        sign_in.authorised_at
    from warehouse.etl_sign_in as sign_in
    order by sign_in.listener_key, sign_in.authorised_at desc, sign_in.fingerprint
),

-- A run may have polled somebody else: its success is theirs alone.
looked as (
    select
        min(coalesce(mark.polled_at, mark.watermark_at)) as polled_at,
        bool_or(mark.listener_key is null) as is_anybody_new
    from asked
    left join held
        on asked.fingerprint = held.fingerprint
    left join warehouse.etl_watermark as mark
        on held.listener_key = mark.listener_key and mark.job = 'get_last_50'
    where %(job)s = 'get_last_50'
)

select
    stated.version,
    stated.oldest_code,
    (
        select
            json_agg(json_build_object(
                'fingerprint', held.fingerprint,
                'listener_key', held.listener_key,
                'timezone', held.timezone,
                'fingerprints', (
                    select json_agg(every.fingerprint)
                    from warehouse.etl_sign_in as every
                    where every.listener_key = held.listener_key
                ),
                'latest_fingerprint', latest.fingerprint,
                'latest_token', encode(latest.encrypted_token, 'base64'),
                'authorised_at', latest.authorised_at
            ))
        from held
        inner join latest
            on held.listener_key = latest.listener_key
    ) as sign_ins,
    (
        select json_object_agg(quota.bucket, quota.blocked_until)
        from warehouse.etl_quota as quota
        where quota.client_id = %(client_id)s and quota.blocked_until > now()
    ) as blocked_buckets,
    (
        select
            json_build_object(
                'seconds', extract(epoch from now() - least(run.ended_at, looked.polled_at)),
                'is_other', run.runner <> %(runner)s
            )
        from warehouse.etl_run as run
        cross join looked
        where run.job = %(job)s and run.outcome = 'done' and looked.is_anybody_new is not true
        order by run.ended_at desc
        limit 1
    ) as success,
    json_build_object(
        'sign_ins', (
            select
                json_agg(json_build_object(
                    'ends_at', latest.authorised_at + interval '6 months',
                    'days_old', floor(extract(epoch from now() - latest.authorised_at) / 86400)
                ))
            from latest
        ),
        -- Who comes by itself, was here in the last two weeks, and is silent for six hours.
        'hours_of_silence', (
            select max(extract(epoch from now() - other.seen_at)) / 3600
            from warehouse.etl_runner as other
            where
                other.runner <> %(runner)s
                and other.trigger in ('schedule', 'timer')
                and other.seen_at between now() - interval '14 days' and now() - interval '6 hours'
        ),
        'gap_count', (
            select count(*)
            from warehouse.etl_gap as gap
            inner join warehouse.etl_runner as this
                on gap.detected_at > this.seen_at
            where gap.closed_at is null and this.runner = %(runner)s
        )
    ) as warnings
from warehouse.etl_schema as stated;
