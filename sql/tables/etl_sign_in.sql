-- warehouse.etl_sign_in
-- Grain: one row per refresh token that a listener has ever used here.
-- The token is encrypted with a key derived from the app's client secret, and found by
-- a keyed fingerprint, so that a runner learns whose token it holds without a call.
-- The row with the latest authorised_at serves every runner. Readers cannot see this table.
create table warehouse.etl_sign_in (
    fingerprint text not null,
    listener_key smallint not null,
    encrypted_token bytea not null,
    authorised_at timestamptz not null,
    is_authorised_at_exact boolean not null,
    scopes text not null default '',
    constraint etl_sign_in_pk primary key (fingerprint),
    constraint etl_sign_in_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
create index etl_sign_in_listener_key_ix
on warehouse.etl_sign_in (listener_key, authorised_at desc);
comment on table warehouse.etl_sign_in is
'Grain: one row per refresh token that a listener has ever used here.';
comment on column warehouse.etl_sign_in.is_authorised_at_exact is
'False where only the first use is known: the token is at least that old.';
