-- warehouse.etl_owed_answer
-- Grain: one row per object of the catalogue that was asked for and not answered in full.
-- kind says for what: the object itself, further tracks of an album, the albums of an artist
-- (artist-albums), or an artist's genres at MusicBrainz (genres).
-- A refusal says nothing about the object, so it is noted here and never in a dimension:
-- when to ask again, and at which page to go on. An answer deletes the row.
create table warehouse.etl_owed_answer (
    kind text not null,
    spotify_id text not null,
    reason text not null,
    attempt_count smallint not null default 1,
    asked_at timestamptz not null default now(),
    ask_again_at timestamptz not null,
    next_offset integer not null default 0,
    constraint etl_owed_answer_pk primary key (kind, spotify_id),
    constraint etl_owed_answer_kind_ck check (
        kind in ('track', 'album', 'album-tracks', 'artist', 'artist-albums', 'genres')
    )
);
comment on table warehouse.etl_owed_answer is
'Grain: one row per object of the catalogue that was asked for and not answered in full.';
comment on column warehouse.etl_owed_answer.reason is
'missing, empty (a perhaps false 404), blank (taken down), refused, trouble (no proper answer), pages (more to come).';
comment on column warehouse.etl_owed_answer.next_offset is
'Where the next page of an album''s tracks begins.';
