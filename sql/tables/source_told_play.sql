-- warehouse.source_told_play
-- Grain: one row per listener, source, moment and track, as a watcher or a scrobbling service told it.
-- What was observed stays, and fact_play is derived from it; polls have source_poll_play.
-- A watcher (ms_source 2) tells the end of a play and how long it was heard, a scrobble (3) its
-- start, and perhaps how long the track is. Of the same told again the larger figures stay.
-- ended_at is the derivation's own note: a scrobble that is no other source's play stands at an
-- estimated end, which moves when the track's length becomes known.
create table warehouse.source_told_play (
    told_at timestamptz not null,
    ended_at timestamptz,
    track_key integer not null,
    ms_played integer,
    length_ms integer,
    context_key integer not null default 0,
    listener_key smallint not null,
    ms_source smallint not null,
    constraint source_told_play_pk primary key (listener_key, ms_source, told_at, track_key),
    constraint source_told_play_ms_source_ck check (ms_source in (2, 3)),
    constraint source_told_play_ms_played_ck check (ms_played >= 0 and (ms_source = 2 or ms_played is null)),
    constraint source_told_play_length_ms_ck check (length_ms > 0)
);
create index source_told_play_track_key_ix on warehouse.source_told_play (track_key);
create index source_told_play_ended_at_ix
on warehouse.source_told_play (listener_key, ended_at, track_key) where ended_at is not null;
comment on table warehouse.source_told_play is
'Grain: one row per listener, source, moment and track, as a watcher or a scrobbling service told it.';
comment on column warehouse.source_told_play.told_at is
'End of the play where a watcher tells it, start where a scrobble does; UTC.';
comment on column warehouse.source_told_play.ended_at is
'Estimated end at which a scrobble''s play stands; null where another source tells it, and for watchers.';
comment on column warehouse.source_told_play.ms_played is
'Milliseconds really listened, as a watcher measured them.';
comment on column warehouse.source_told_play.length_ms is
'Length of the track in milliseconds, where the source told one.';
comment on column warehouse.source_told_play.ms_source is
'Who told: 2 the watcher, 3 a scrobbling service.';
