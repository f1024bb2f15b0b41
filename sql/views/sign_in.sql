-- bi.sign_in
-- Grain: one row per listener.
-- Spotify ends a sign-in six months after it was given, whatever is done with it.
create view bi.sign_in as
with latest as (
    select distinct on (listener_key)
        listener_key,
        authorised_at,
        is_authorised_at_exact,
        -- Months are counted in UTC, so that all readers see one day.
        (authorised_at at time zone 'UTC' + interval '6 months') at time zone 'UTC' as ends_at
    from warehouse.etl_sign_in
    order by listener_key, authorised_at desc
),

-- Of polls, with the run that did it, which began with the poll. An import is no contact: it
-- brings what was, and hears from nobody.
last_contact as (
    select
        mark.listener_key,
        mark.polled_at as contact_at,
        run.runner
    from warehouse.etl_watermark as mark
    left join warehouse.etl_run as run
        on
            mark.job = run.job
            and mark.polled_at = run.started_at
            and mark.polled_at <= run.ended_at
    where mark.job = 'get_last_50' and mark.polled_at is not null
)

select
    listener.listener_key,
    (latest.authorised_at at time zone listener.timezone)::date as authorised_date,
    latest.is_authorised_at_exact as is_authorised_date_exact,
    (latest.ends_at at time zone listener.timezone)::date as expires_date,
    (latest.ends_at at time zone listener.timezone)::date
    - (now() at time zone listener.timezone)::date as days_left,
    play.last_at at time zone listener.timezone as last_played_at_local,
    last_contact.contact_at at time zone 'UTC' as last_contact_at_utc,
    last_contact.contact_at at time zone listener.timezone as last_contact_at_local,
    last_contact.runner as last_contact_by
from warehouse.dim_listener as listener
left join latest
    on listener.listener_key = latest.listener_key
left join last_contact
    on listener.listener_key = last_contact.listener_key
cross join lateral (
    select max(played_at) as last_at
    from warehouse.fact_play
    where listener_key = listener.listener_key
) as play;
comment on view bi.sign_in is
'Grain: one row per listener. Spotify ends a sign-in six months after it was given, whatever is done with it.';
comment on column bi.sign_in.listener_key is 'Whose: bi.listener.';
comment on column bi.sign_in.authorised_date is 'Day of the sign-in; null where there was none.';
comment on column bi.sign_in.is_authorised_date_exact is 'False: first seen that day, so it is at least that old.';
comment on column bi.sign_in.expires_date is 'Day on which Spotify ends it, at the latest.';
comment on column bi.sign_in.days_left is 'Days until then; negative where it is over.';
comment on column bi.sign_in.last_played_at_local is 'End of the newest play in the ledger, on the listeners clock.';
comment on column bi.sign_in.last_contact_at_utc is
'When plays were last asked for at Spotify and what it showed was stored, plays or none, UTC; null: never.';
comment on column bi.sign_in.last_contact_at_local is 'The same on the listeners clock.';
comment on column bi.sign_in.last_contact_by is 'The machine that did it; null where that is not known.';
