-- Keep a refresh token, and the listener it belongs to, creating the listener at first sight.
-- A token seen again keeps its date; a known listener keeps everything, and gains what was not
-- known of them. Whose token it is, read_known_listeners.sql says by the same rule: the
-- account_id; else the user id, of a listener of whom no other account_id was ever told.
-- A listener made by an import before any sign-in is taken over by the first one.
-- One registers at a time: two runners may meet the listener at once, one by each id.
select set_config('lock_timeout', '60s', true) as lock_timeout;

lock table warehouse.dim_listener in share row exclusive mode;

-- The user id has passed on to another account.
update warehouse.dim_listener as other
set user_id = null
where
    other.user_id = %(user_id)s
    and other.account_id <> %(account_id)s
    and (
        other.account_id <> other.user_id
        or exists (
            select 1 from warehouse.dim_listener as own
            where own.account_id = %(account_id)s
        )
    );

with zone as (
    select given.zone_name
    from unnest(%(zones)s::text[]) with ordinality as given (zone_name, place)
    inner join pg_timezone_names as known
        on given.zone_name = known.name
    order by given.place
    limit 1
),

known as (
    select listener_key
    from warehouse.dim_listener
    where
        account_id = %(account_id)s
        or (user_id = %(user_id)s and (%(account_id)s::text is null or account_id = user_id))
        or (account_id = %(user_id)s and user_id is null)
    order by
        coalesce(account_id = %(account_id)s, false) desc,
        coalesce(user_id = %(user_id)s, false) desc
    limit 1
),

unsigned as (
    select listener_key
    from warehouse.dim_listener
    where
        account_id is null
        and not exists (
            select 1 from warehouse.dim_listener as signed_in
            where signed_in.account_id is not null
        )
),

recognised as (
    update warehouse.dim_listener as listener
    set
        account_id = coalesce(%(account_id)s, listener.account_id, %(user_id)s),
        user_id = coalesce(%(user_id)s, listener.user_id),
        display_name = coalesce(listener.display_name, %(display_name)s),
        timezone = case
            when listener.account_id is null and listener.timezone = 'UTC'
                then coalesce((select zone.zone_name from zone), 'UTC')
            else listener.timezone
        end
    where
        listener.listener_key in (select known.listener_key from known)
        or listener.listener_key in (select unsigned.listener_key from unsigned)
    returning
        listener_key,
        timezone,
        false as is_new
),

created as (
    insert into warehouse.dim_listener as target (account_id, user_id, display_name, timezone)
    select
        coalesce(%(account_id)s, %(user_id)s) as account_id,
        %(user_id)s as user_id,
        %(display_name)s as display_name,
        coalesce((select zone.zone_name from zone), 'UTC') as timezone
    where not exists (select 1 from recognised)
    returning
        listener_key,
        timezone,
        true as is_new
),

listener as (
    select
        listener_key,
        timezone,
        is_new
    from recognised
    union all
    select
        listener_key,
        timezone,
        is_new
    from created
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

select
    listener_key,
    timezone,
    is_new
from listener;
