-- Make the temporary tables that only a history fills, beside those of stage.sql.
create temp table staged_platform (
    platform_ref integer not null,
    name text not null,
    platform_key smallint
) on commit drop;

create temp table staged_play_detail (
    play_detail_ref integer not null,
    reason_start text,
    reason_end text,
    country text,
    is_shuffle boolean,
    is_skipped boolean,
    is_offline boolean,
    is_incognito boolean,
    play_detail_key integer
) on commit drop;

create temp table staged_show (
    show_ref integer not null,
    show_id text,
    name text not null,
    folded_name text not null,
    is_audiobook boolean not null,
    metadata_level smallint not null,
    show_key integer
) on commit drop;

create temp table staged_episode (
    episode_ref integer not null,
    episode_id text,
    name text not null,
    folded_name text not null,
    folded_show_name text not null,
    show_ref integer not null,
    metadata_level smallint not null,
    episode_key integer
) on commit drop;

-- Tracks that earlier batches of the same import have brought, and the unknown track.
create temp table staged_earlier_track (
    track_ref integer not null,
    track_key integer not null
) on commit drop;
insert into pg_temp.staged_earlier_track (track_ref, track_key) values (0, 0);

-- played_s: seconds since 1970, which are read in half the time that a date takes.
create temp table staged_history_play (
    file_number integer not null,
    row_number integer not null,
    played_s bigint not null,
    track_ref integer not null,
    ms_played integer,
    play_detail_ref integer not null,
    platform_ref integer not null
) on commit drop;

create temp table staged_history_episode_play (
    file_number integer not null,
    row_number integer not null,
    played_at timestamptz not null,
    episode_ref integer not null,
    ms_played integer,
    play_detail_ref integer not null,
    platform_ref integer not null
) on commit drop;

-- Rows that may be told twice, told apart from the others; told_s as played_s above.
create temp table staged_telling (
    file_number integer not null,
    row_number integer not null,
    told_s bigint not null,
    played_s bigint not null,
    started_ms bigint,
    track_ref integer,
    episode_ref integer,
    ms_played integer,
    play_detail_ref integer not null,
    platform_ref integer not null
) on commit drop;

create temp table staged_file (
    file_number integer not null,
    file_name text not null,
    content_digest text not null,
    read_count integer not null,
    first_told_at timestamptz,
    last_told_at timestamptz
) on commit drop;

create temp table staged_skip (
    file_number integer not null,
    row_number integer not null,
    reason text not null
) on commit drop;
