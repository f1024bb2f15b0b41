-- warehouse.fact_play
-- Grain: one row per listener, moment and track.
-- The ledger, derived: every history row, and every polled play that has no partner
-- among them. A partnered poll lends its context to the history row.
-- ms_source: 0 nobody measured (a polled play; ms_played is null), 1 the privacy
-- export, 2 the watcher. Times of day, listened time and what counts as a listen
-- are the views' business.
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
    constraint fact_play_ms_played_ck check (ms_played >= 0),
    constraint fact_play_ms_source_ck check (ms_source between 0 and 2)
);
create index fact_play_unmeasured_ix on warehouse.fact_play (track_key) where ms_played is null;
comment on table warehouse.fact_play is
'Grain: one row per listener, moment and track.';
comment on column warehouse.fact_play.played_at is
'End of the play, UTC.';
comment on column warehouse.fact_play.ms_played is
'Milliseconds really listened, pauses excluded; null where nobody measured it.';
comment on column warehouse.fact_play.ms_source is
'Who measured: 0 nobody (a polled play), 1 the privacy export, 2 the watcher.';
comment on column warehouse.fact_play.import_key is
'The import that brought it (etl_import); 0 for what no import has told.';
