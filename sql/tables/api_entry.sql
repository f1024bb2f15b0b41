-- warehouse.api_entry
-- Grain: one row per link given out that a browser has not entered by yet.
-- The code of a link is kept as its SHA-256 and works once, for ten minutes: it is exchanged for
-- a row of warehouse.api_token. It stands here and not in a file because whoever prints a link
-- and whoever serves may be two processes, or two machines. Readers cannot see this table.
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
