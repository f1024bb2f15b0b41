-- Find whom a bearer token speaks for; its last use is noted to the minute.
with found as (
    select
        api_token_key,
        listener_key,
        may_rate,
        may_read_all,
        last_used_at
    from warehouse.api_token
    where token_hash = %(token_hash)s and revoked_at is null
),

touched as (
    update warehouse.api_token as token
    set last_used_at = now()
    from found
    where
        token.api_token_key = found.api_token_key
        and (found.last_used_at is null or found.last_used_at < now() - interval '1 minute')
)

select
    listener_key,
    may_rate,
    may_read_all
from found;
