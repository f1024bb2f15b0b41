-- Read whether an account is known, and whose refresh tokens these are, in the order given.
-- An account is found by the rule of etl_sign_in.sql.
with asked as (
    select
        given.fingerprint,
        given.place
    from unnest(%(fingerprints)s::text[]) with ordinality as given (fingerprint, place)
),

owners as (
    select json_agg(sign_in.listener_key order by asked.place) as listener_keys
    from asked
    left join warehouse.etl_sign_in as sign_in
        on asked.fingerprint = sign_in.fingerprint
),

listener as (
    select
        listener_key,
        timezone
    from warehouse.dim_listener
    where
        account_id = %(account_id)s
        or (user_id = %(user_id)s and (%(account_id)s::text is null or account_id = user_id))
        or (account_id = %(user_id)s and user_id is null)
    order by
        coalesce(account_id = %(account_id)s, false) desc,
        coalesce(user_id = %(user_id)s, false) desc
    limit 1
)

select
    now() as database_time,
    now() + interval '6 months' as ends_at,
    (
        select count(*) > 0
        from warehouse.dim_listener
        where account_id is not null
    ) as has_listeners,
    listener.listener_key,
    listener.timezone,
    coalesce(owners.listener_keys, '[]'::json) as owners
from owners
left join listener
    on true;
