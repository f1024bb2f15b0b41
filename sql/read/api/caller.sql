-- Find whom a token of a program or the cookie of a browser speaks for; its last use is noted to
-- the minute. Where no listener is named the first one is meant; 0: nobody is known yet.
with found as (
    select
        api_token_key,
        listener_key,
        may_rate,
        may_read_all,
        last_used_at
    from warehouse.api_token
    where
        token_hash = %(token_hash)s
        and is_browser = %(is_browser)s
        and revoked_at is null
        and (expires_at is null or expires_at > now())
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
    coalesce(
        found.listener_key,
        (select min(listener.listener_key) from warehouse.dim_listener as listener),
        0
    ) as listener_key,
    found.may_rate,
    found.may_read_all
from found;
