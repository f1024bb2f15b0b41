-- Read how long the sign-in lasts, and when the listener was last heard from.
select
    days_left,
    is_authorised_date_exact,
    last_played_at_local,
    last_contact_at_local,
    last_contact_by
from bi.sign_in
where listener_key = %(listener)s;
