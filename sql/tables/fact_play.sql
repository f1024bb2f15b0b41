-- warehouse.fact_play
-- Grain: one row per listener, moment and track.
-- The ledger, derived from four sources in an order of trust: every row of a history, and of
-- the watcher, the polls and the scrobbles each observation that has no partner among what is
-- trusted more. One with a partner lends it what it lacks, a poll its context.
-- ms_source: by whom the play is known. 0 a poll, 1 the privacy export, 2 the watcher, 3 a scrobbling
-- service. Its time is measured where ms_played is not null; polls and scrobbles
-- measure none. Times of day, listened time and what counts as a listen are the views' business.
-- Keys contain listener_key and played_at, so that the table can be distributed by
-- listener. There are no foreign keys: rows come only out of joins with the
-- dimensions, and five checks a row would double the time of an import. Nor is there an index
-- by track but for the plays that wait for its length: kept up for every row, it was a fifth
-- of the table and a fifth of an import.
create table warehouse.fact_play (
    played_at timestamptz not null,
    track_key integer not null,
    ms_played integer,
    context_key integer not null default 0,
    play_detail_key integer not null default 0,
    listener_key smallint not null,
    platform_key smallint not null default 0,
    ms_source smallint not null,
    import_key smallint not null default 0,
    constraint fact_play_pk primary key (listener_key, played_at, track_key),
    constraint fact_play_played_at_ck check (
        played_at >= '2000-01-02 00:00:00+00' and played_at < '2050-12-31 00:00:00+00'
    ),
    constraint fact_play_ms_played_ck check (ms_played >= 0),
    constraint fact_play_ms_source_ck check (ms_source between 0 and 3)
);
create index fact_play_unmeasured_ix on warehouse.fact_play (track_key) where ms_played is null;
comment on table warehouse.fact_play is
'Grain: one row per listener, moment and track.';
comment on column warehouse.fact_play.played_at is
'End of the play, UTC; of a scrobble (ms_source 3) it is estimated. In every time zone a day of dim_date.';
comment on column warehouse.fact_play.ms_played is
'Milliseconds really listened, pauses excluded; null where nobody measured it.';
comment on column warehouse.fact_play.ms_source is
'By whom the play is known: 0 a poll, 1 the privacy export, 2 the watcher, 3 a scrobbling service.';
comment on column warehouse.fact_play.import_key is
'The import that brought it (etl_import); 0 for what no import has told.';
