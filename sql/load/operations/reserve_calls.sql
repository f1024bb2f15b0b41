-- Reserve calls for one run, bucket by bucket, before they are made.
-- What is granted fits into what the last 24 hours left of the day's budget, of the bucket's
-- own ceiling, and of Spotify's patience (blocked_until). Budget is kept back for another
-- job as long as that job is in use. Runs under the lock of lock_quota.sql.
with asked as (
    select
        ask.bucket,
        ask.wanted_count,
        ask.ceiling,
        ask.place
    from
        unnest(%(bucket)s::text[], %(wanted_count)s::integer[], %(ceiling)s::integer[])
        with ordinality as ask (bucket, wanted_count, ceiling, place)
),

recent as (
    select
        bucket,
        job,
        call_count
    from warehouse.etl_quota_call
    where client_id = %(client_id)s and reserved_at > now() - interval '24 hours'
),

kept_back as (
    select
        case
            when
                exists (
                    select 1 from warehouse.etl_run as run
                    where run.job = %(kept_job)s and run.ended_at > now() - interval '7 days'
                )
                then greatest(
                    0,
                    %(kept_count)s - (
                        select coalesce(sum(recent.call_count), 0)
                        from recent
                        where recent.job = %(kept_job)s
                    )
                )
            else 0
        end as call_count
),

budget as (
    select
        greatest(
            0,
            %(budget)s - kept_back.call_count
            - (select coalesce(sum(recent.call_count), 0) from recent)
        )::integer as left_count
    from kept_back
),

capped as (
    select
        asked.bucket,
        asked.place,
        case
            when quota.blocked_until > now() then 0
            else greatest(0, least(
                asked.wanted_count,
                asked.ceiling - (
                    select coalesce(sum(recent.call_count), 0)
                    from recent
                    where recent.bucket = asked.bucket
                )
            ))
        end::integer as possible_count
    from asked
    left join warehouse.etl_quota as quota
        on quota.client_id = %(client_id)s and asked.bucket = quota.bucket
),

granted as (
    select
        capped.bucket,
        capped.place,
        budget.left_count,
        greatest(0, least(
            capped.possible_count,
            budget.left_count
            - (sum(capped.possible_count) over (order by capped.place) - capped.possible_count)
        ))::integer as call_count
    from capped
    cross join budget
),

reserved as (
    insert into warehouse.etl_quota_call (client_id, bucket, job, call_count)
    select
        %(client_id)s as client_id,
        bucket,
        %(job)s as job,
        call_count
    from granted
    where call_count > 0
    returning
        bucket,
        quota_call_key
)

select
    granted.bucket,
    granted.call_count,
    coalesce(reserved.quota_call_key, 0) as quota_call_key,
    granted.left_count
from granted
left join reserved
    on granted.bucket = reserved.bucket
order by granted.place;
