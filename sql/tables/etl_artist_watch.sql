-- warehouse.etl_artist_watch
-- Grain: one row per artist whose albums have been asked for, to find new ones.
create table warehouse.etl_artist_watch (
    artist_key integer not null,
    asked_at timestamptz not null default now(),
    is_split boolean not null default false,
    constraint etl_artist_watch_pk primary key (artist_key),
    constraint etl_artist_watch_artist_fk foreign key (artist_key)
    references warehouse.dim_artist (artist_key)
);
comment on table warehouse.etl_artist_watch is
'Grain: one row per artist whose albums have been asked for, to find new ones.';
comment on column warehouse.etl_artist_watch.is_split is
'The first page is full of albums, so that singles have to be asked for by themselves.';
