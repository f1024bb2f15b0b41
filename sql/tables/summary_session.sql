-- warehouse.summary_session
-- Grain: one row per listener and session: counted plays with pauses of at most 30 minutes.
-- Derived from fact_play in the transaction that changes it, or right after an import
-- (sql/load/summaries/summary_session.sql).
-- Named after the end of its first play, which is a key of the ledger.
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
'Grain: one row per listener and session: counted plays with pauses of at most 30 minutes.';
comment on column warehouse.summary_session.started_at is
'End of the first play less what was listened of it.';
comment on column warehouse.summary_session.unmeasured_count is
'Plays whose time nobody measured: estimated, or of unknown length.';
