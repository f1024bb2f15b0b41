-- Keep a refresh token, and the listener it belongs to, creating the listener at first sight.
-- A token seen again keeps its date; a known listener keeps everything but the time zone.
-- A listener made by an import before any sign-in is taken over by the first one.
with adopted as (
    update warehouse.dim_listener
    set
        account_id = %(account_id)s,
        display_name = %(display_name)s,
        timezone = %(timezone)s
    where
        account_id is null
        and not exists (
            select 1 from warehouse.dim_listener as signed_in
            where signed_in.account_id is not null
        )
    returning listener_key
),

created as (
    insert into warehouse.dim_listener as target (account_id, display_name, timezone)
    select
        %(account_id)s as account_id,
        %(display_name)s as display_name,
        %(timezone)s as timezone
    where not exists (select 1 from adopted)
    on conflict on constraint dim_listener_natural_key do update
        set timezone = excluded.timezone
    returning listener_key
),

listener as (
    select listener_key from adopted
    union all
    select listener_key from created
),

sign_in as (
    insert into warehouse.etl_sign_in (
        fingerprint, listener_key, encrypted_token, authorised_at, is_authorised_at_exact, scopes
    )
    select
        %(fingerprint)s as fingerprint,
        listener.listener_key,
        %(encrypted_token)s as encrypted_token,
        coalesce(%(authorised_at)s, now()) as authorised_at,
        %(authorised_at)s::timestamptz is not null as is_authorised_at_exact,
        %(scopes)s as scopes
    from listener
    on conflict on constraint etl_sign_in_pk do nothing
)

select listener_key from listener;
