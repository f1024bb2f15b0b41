-- warehouse.source_poll_play
-- Grain: one row per listener, moment and track, as a poll of recently-played reported it.
-- Insert-only: what was observed stays, and fact_play is derived from it.
-- played_at is the end of the play in UTC with milliseconds, stored as reported.
create table warehouse.source_poll_play (
    played_at timestamptz not null,
    track_key integer not null,
    context_key integer not null,
    listener_key smallint not null,
    constraint source_poll_play_pk primary key (listener_key, played_at, track_key),
    constraint source_poll_play_played_at_ck check (
        played_at >= '2000-01-02 00:00:00+00' and played_at < '2050-12-31 00:00:00+00'
    )
);
create index source_poll_play_track_key_ix on warehouse.source_poll_play (track_key);
comment on table warehouse.source_poll_play is
'Grain: one row per listener, moment and track, as a poll of recently-played reported it.';
comment on column warehouse.source_poll_play.played_at is
'End of the play, UTC, with milliseconds, as reported.';
