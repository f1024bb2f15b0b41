-- warehouse.dim_recording_decision
-- Grain: one row per pair of tracks of which a listener has said whether they are one recording.
-- Stronger than any rule; deleting the row undoes it.
create table warehouse.dim_recording_decision (
    first_track_key integer not null,
    second_track_key integer not null,
    is_same boolean not null,
    decided_at timestamptz not null default now(),
    constraint dim_recording_decision_pk primary key (first_track_key, second_track_key),
    constraint dim_recording_decision_first_fk foreign key (first_track_key)
    references warehouse.dim_track (track_key),
    constraint dim_recording_decision_second_fk foreign key (second_track_key)
    references warehouse.dim_track (track_key),
    constraint dim_recording_decision_order_ck check (first_track_key < second_track_key)
);
comment on table warehouse.dim_recording_decision is
'Grain: one row per pair of tracks of which a listener has said whether they are one recording.';
comment on column warehouse.dim_recording_decision.is_same is
'True joins the two recordings; false takes the second track out of the first one''s.';
