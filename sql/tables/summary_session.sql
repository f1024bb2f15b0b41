-- warehouse.summary_session
-- Grain: one row per listener and session: counted plays with silences of at most 30 minutes.
-- A silence is the time in which no play runs, from when it began to when it ended: who plays on
-- two devices has one session, in whatever order the plays came in. It ends with its last play.
-- Derived from fact_play in the transaction that changes it, or right after an import
-- (sql/load/summaries/summary_session.sql).
-- Named after the end of the play that ended first, which is a key of the ledger.
create table warehouse.summary_session (
    first_played_at timestamptz not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    ms_measured bigint not null,
    ms_estimated bigint not null,
    play_count integer not null,
    listen_count integer not null,
    unmeasured_count integer not null,
    listener_key smallint not null,
    constraint summary_session_pk primary key (listener_key, first_played_at)
);
comment on table warehouse.summary_session is
'Grain: one row per listener and session: counted plays with silences of at most 30 minutes.';
comment on column warehouse.summary_session.started_at is
'When the earliest of its plays began: its end less what was listened of it.';
comment on column warehouse.summary_session.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';
