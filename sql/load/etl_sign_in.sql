-- Keep a refresh token, and the listener it belongs to, creating the listener at first sight.
-- A token seen again keeps its date; a known listener keeps everything but the time zone.
with listener as (
    insert into warehouse.dim_listener as target (account_id, display_name, timezone)
    values (%(account_id)s, %(display_name)s, %(timezone)s)
    on conflict on constraint dim_listener_natural_key do update
        set timezone = excluded.timezone
    returning listener_key
),

sign_in as (
    insert into warehouse.etl_sign_in (
        fingerprint, listener_key, sealed_token, authorised_at, is_authorised_at_exact, scopes
    )
    select
        %(fingerprint)s as fingerprint,
        listener.listener_key,
        %(sealed_token)s as sealed_token,
        coalesce(%(authorised_at)s, now()) as authorised_at,
        %(authorised_at)s::timestamptz is not null as is_authorised_at_exact,
        %(scopes)s as scopes
    from listener
    on conflict on constraint etl_sign_in_pk do nothing
)

select listener_key from listener;
