-- warehouse.etl_poll_skip
-- Grain: one row per listener, moment and track of a poll that cannot have been played then.
-- Kept aside, as told: it is no play, and moves no watermark.
create table warehouse.etl_poll_skip (
    played_at timestamptz not null,
    track_uri text not null,
    reason text not null,
    noted_at timestamptz not null default now(),
    listener_key smallint not null,
    constraint etl_poll_skip_pk primary key (listener_key, played_at, track_uri),
    constraint etl_poll_skip_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_poll_skip is
'Grain: one row per listener, moment and track of a poll that cannot have been played then.';
comment on column warehouse.etl_poll_skip.track_uri is
'As Spotify told it; empty where it told none.';
