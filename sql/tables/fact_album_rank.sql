-- warehouse.fact_album_rank
-- Grain: one row per listener, method, album and stretch of days with the same rank.
-- A day on which nothing moved writes nothing: a row a day for every album would fill half
-- a gigabyte within two months. Kept are by each method all rated albums and the first 200.
-- What ended more than a month ago is packed into fact_album_rank_year, month by month;
-- bi.album_ranking_history reads both. Listener 0 is all listeners together.
-- There are no foreign keys, as in fact_play: rows come only out of joins.
create table warehouse.fact_album_rank (
    album_key integer not null,
    rank integer not null,
    valid_from date not null,
    valid_to date,
    listener_key smallint not null,
    rank_method smallint not null,
    constraint fact_album_rank_pk primary key (listener_key, rank_method, album_key, valid_from),
    constraint fact_album_rank_rank_ck check (rank > 0),
    constraint fact_album_rank_order_ck check (valid_from <= valid_to)
);
comment on table warehouse.fact_album_rank is
'Grain: one row per listener, method, album and stretch of days with the same rank.';
comment on column warehouse.fact_album_rank.valid_from is
'First day with this rank, on the listener''s calendar.';
comment on column warehouse.fact_album_rank.valid_to is
'Last day with this rank; null while it holds.';
