-- warehouse.source_history_play
-- Grain: one row per listener, second told, song or episode, and end: a row of a history that may be told twice.
-- A history's rows live in fact_play; here are those of which a play alone does not say enough:
-- heard offline (told when they were sent, set back to when they ended), or told with another row
-- that may be the same moment of the same song. Rows that are one play stand at one place;
-- one of them is the play, the others stay, for what is learned later may part them.
create table warehouse.source_history_play (
    told_at timestamptz not null,
    ended_at timestamptz not null,
    started_at timestamptz,
    track_key integer not null,
    episode_key integer not null,
    ms_played integer,
    play_detail_key integer not null,
    listener_key smallint not null,
    platform_key smallint not null,
    import_key smallint not null,
    is_play boolean not null default false,
    stands_at timestamptz,
    stands_key integer,
    constraint source_history_play_pk
    primary key (listener_key, told_at, track_key, episode_key, ended_at),
    constraint source_history_play_import_fk foreign key (import_key)
    references warehouse.etl_import (import_key)
);
create index source_history_play_track_key_ix on warehouse.source_history_play (track_key);
comment on table warehouse.source_history_play is
'Grain: one row per listener, second told, song or episode, and end: a row of a history that may be told twice.';
comment on column warehouse.source_history_play.told_at is
'The time that the row tells (ts), UTC: when it was sent, if it was heard offline.';
comment on column warehouse.source_history_play.ended_at is
'End of the play, UTC: as told, or start and listened time of what was heard offline.';
comment on column warehouse.source_history_play.started_at is
'When it began, as the row tells of what was heard offline; null of any other.';
comment on column warehouse.source_history_play.episode_key is
'0 of a song, whose track_key it has; else track_key is 0.';
comment on column warehouse.source_history_play.is_play is
'Of the rows that are one play, the one whose listened time and particulars it has.';
comment on column warehouse.source_history_play.stands_at is
'End of the play in fact_play or fact_episode_play that it is, or is the same as.';
comment on column warehouse.source_history_play.stands_key is
'Track or episode of that play.';
