-- warehouse.fact_album_listening
-- Grain: one row per listener and album heard, as rank_albums last found it.
-- The sum over a listener's plays that a ranking needs, so that nobody adds up a million
-- plays to show one. Listener 0 is all listeners together, where there are several.
-- Time is that of the album's recordings, wherever they were played from: a song heard
-- from the single counts for the album too.
create table warehouse.fact_album_listening (
    ms_listened bigint not null,
    album_key integer not null,
    track_count integer not null,
    listener_key smallint not null,
    certainty text not null default 'not fully seen',
    constraint fact_album_listening_pk primary key (listener_key, album_key),
    constraint fact_album_listening_track_count_ck check (track_count > 0)
);
comment on table warehouse.fact_album_listening is
'Grain: one row per listener and album heard, as rank_albums last found it.';
comment on column warehouse.fact_album_listening.track_count is
'Tracks on the album: as Spotify says, else as many recordings as are known.';
comment on column warehouse.fact_album_listening.certainty is
'Of ms_listened, as rank_albums last found it: exact, about, at least or not fully seen.';
