-- How long the sign-in lasts:
select
    listener_key,
    expires_date,
    days_left,
    last_played_at_local
from bi.sign_in;
