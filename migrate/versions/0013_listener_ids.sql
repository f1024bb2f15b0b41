alter table warehouse.dim_listener add column user_id text;
alter table warehouse.dim_listener add constraint dim_listener_user_id_key unique (user_id);
comment on column warehouse.dim_listener.account_id is
'Spotify''s own, immutable; else the user id; null for an imported history that nobody has signed in for yet.';
comment on column warehouse.dim_listener.timezone is
'IANA name (Europe/Berlin) that this database knows; local time exists in views only.';
comment on column warehouse.dim_listener.user_id is
'Spotify''s user id as last told; it may change.';

update warehouse.etl_schema set version = 13;
