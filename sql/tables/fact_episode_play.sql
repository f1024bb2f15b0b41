-- warehouse.fact_episode_play
-- Grain: one row per listener, moment and episode.
-- Podcasts and audiobook chapters, from the privacy export alone: Spotify's
-- recently-played never shows them. The columns mean what they mean in fact_play.
create table warehouse.fact_episode_play (
    played_at timestamptz not null,
    episode_key integer not null,
    ms_played integer,
    play_detail_key integer not null default 0,
    listener_key smallint not null,
    platform_key smallint not null default 0,
    ms_source smallint not null,
    import_key smallint not null default 0,
    constraint fact_episode_play_pk primary key (listener_key, played_at, episode_key),
    constraint fact_episode_play_played_at_ck check (
        played_at >= '2000-01-02 00:00:00+00' and played_at < '2050-12-31 00:00:00+00'
    ),
    constraint fact_episode_play_ms_played_ck check (ms_played >= 0),
    constraint fact_episode_play_ms_source_ck check (ms_source between 0 and 2)
);
create index fact_episode_play_episode_key_ix on warehouse.fact_episode_play (episode_key);
comment on table warehouse.fact_episode_play is
'Grain: one row per listener, moment and episode.';
comment on column warehouse.fact_episode_play.played_at is
'End of the play, UTC; in every time zone a day of dim_date.';
comment on column warehouse.fact_episode_play.ms_played is
'Milliseconds really listened, pauses excluded; null where nobody measured it.';
comment on column warehouse.fact_episode_play.ms_source is
'Who measured: 0 nobody, 1 the privacy export, 2 the watcher.';
comment on column warehouse.fact_episode_play.import_key is
'The import that brought it (etl_import); 0 for what no import has told.';
