alter table warehouse.api_token alter column listener_key drop not null;
alter table warehouse.api_token add column is_browser boolean not null default false;
alter table warehouse.api_token add column expires_at timestamptz;
alter table warehouse.api_token add constraint api_token_listener_ck
check (listener_key is not null or is_browser);
comment on table warehouse.api_token is
'Grain: one row per token ever made for the API, for a program or for a browser.';
comment on column warehouse.api_token.listener_key is
'Null: the first listener of the ledger, who may not be known yet (a browser let in by a link).';
comment on column warehouse.api_token.is_browser is
'True where it is the cookie of a browser, false where it is sent as a bearer token.';
comment on column warehouse.api_token.expires_at is
'When it ends by itself. Null where only revoking ends it.';

create table warehouse.api_entry (
    code_hash text not null,
    listener_key smallint,
    may_read_all boolean not null,
    expires_at timestamptz not null,
    constraint api_entry_pk primary key (code_hash),
    constraint api_entry_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.api_entry is
'Grain: one row per link given out that a browser has not entered by yet.';
comment on column warehouse.api_entry.code_hash is
'SHA-256 of the code in the link, hexadecimal.';
comment on column warehouse.api_entry.listener_key is
'Whom it lets in; null: the first listener of the ledger, who may not be known yet.';

update warehouse.etl_schema set version = 18;
