-- Keep the token that Spotify handed out in place of another: same listener, same date.
-- Rotation does not extend the six months, so the date of the sign-in goes along; the
-- microsecond makes the newer token the later one.
insert into warehouse.etl_sign_in (
    fingerprint, listener_key, encrypted_token, authorised_at, is_authorised_at_exact, scopes
)
select
    %(fingerprint)s as fingerprint,
    old.listener_key,
    %(encrypted_token)s as encrypted_token,
    old.authorised_at + interval '1 microsecond' as authorised_at,
    old.is_authorised_at_exact,
    old.scopes
from warehouse.etl_sign_in as old
where old.fingerprint = %(old_fingerprint)s
on conflict on constraint etl_sign_in_pk do nothing;
