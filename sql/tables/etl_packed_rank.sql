-- warehouse.etl_packed_rank
-- Grain: one row per listener whose older ranks are packed.
-- Up to packed_to a day's ranks are those of fact_album_rank_year, from then on those of
-- fact_album_rank. Listener 0 is all listeners together.
create table warehouse.etl_packed_rank (
    listener_key smallint not null,
    packed_to date not null,
    constraint etl_packed_rank_pk primary key (listener_key)
);
comment on table warehouse.etl_packed_rank is
'Grain: one row per listener whose older ranks are packed.';
comment on column warehouse.etl_packed_rank.packed_to is
'Last day that is read from fact_album_rank_year; the last of a month.';
