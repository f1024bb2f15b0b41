-- warehouse.fact_album_rank_year
-- Grain: one row per listener, method, album and year: its rank on every day of the year.
-- Where the ranks of fact_album_rank go once they are a month old: low ranks move daily, and
-- a row for every stretch would fill 40 MB within three years. A day takes one to four bytes
-- here (repeated values are compressed), so that all rated albums can be kept.
-- There are no foreign keys, as in fact_play: rows come only out of joins.
create table warehouse.fact_album_rank_year (
    album_key integer not null,
    year smallint not null,
    listener_key smallint not null,
    rank_method smallint not null,
    ranks integer[] not null,
    constraint fact_album_rank_year_pk primary key (listener_key, rank_method, album_key, year)
) with (toast_tuple_target = 128);
alter table warehouse.fact_album_rank_year alter column ranks set storage main;
comment on table warehouse.fact_album_rank_year is
'Grain: one row per listener, method, album and year: its rank on every day of the year.';
comment on column warehouse.fact_album_rank_year.ranks is
'The rank on every day from 1 January; null where it was not kept, and nothing after the last day.';
