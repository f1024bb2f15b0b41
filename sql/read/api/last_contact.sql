-- Tell when a listener was last heard from, by which machine, and how long ago that is now.
select
    last_contact_at_utc at time zone 'UTC' as last_contact_at,
    last_contact_by as last_contact_by,
    (extract(epoch from now() at time zone 'UTC' - last_contact_at_utc) / 3600)::double precision
        as hours_since_contact
from bi.sign_in
where listener_key = %(listener_key)s and last_contact_at_utc is not null;
