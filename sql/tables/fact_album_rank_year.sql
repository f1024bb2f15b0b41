-- warehouse.fact_album_rank_year
-- Grain: one row per listener, method, album and year: its rank on every day of the year.
-- Where the ranks of fact_album_rank go once they are a month old: low ranks move daily, and
-- a row for every stretch would fill 40 MB within a few years. A day takes two bytes here, so
-- that all rated albums can be kept (to place 32767, where such a number ends).
-- There are no foreign keys, as in fact_play: rows come only out of joins.
create table warehouse.fact_album_rank_year (
    album_key integer not null,
    year smallint not null,
    listener_key smallint not null,
    rank_method smallint not null,
    ranks smallint[] not null,
    constraint fact_album_rank_year_pk primary key (listener_key, rank_method, album_key, year)
);
comment on table warehouse.fact_album_rank_year is
'Grain: one row per listener, method, album and year: its rank on every day of the year.';
comment on column warehouse.fact_album_rank_year.ranks is
'The rank on every day from 1 January; null where it was not kept, and nothing after the last day.';
