-- warehouse.etl_capability
-- Grain: one row per Spotify app and thing that some apps may do and others not.
-- Found out by trying, and tried again after a month: Spotify gives and takes.
create table warehouse.etl_capability (
    client_id text not null,
    capability text not null,
    is_available boolean not null,
    probed_at timestamptz not null default now(),
    probe_again_at timestamptz not null,
    constraint etl_capability_pk primary key (client_id, capability)
);
comment on table warehouse.etl_capability is
'Grain: one row per Spotify app and thing that some apps may do and others not.';
comment on column warehouse.etl_capability.capability is
'several-tracks, several-artists, new-releases, search-new or genres.';
