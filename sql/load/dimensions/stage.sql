-- Make the temporary tables that take one batch, whatever brought it.
-- Rows point at one another by reference numbers; the *_key columns are filled in as
-- the dimensions are loaded. Everything is gone with the transaction: through a pooler
-- a temporary table must not outlive it.
create temp table staged_artist (
    artist_ref integer not null,
    artist_id text,
    name text not null,
    folded_name text not null,
    image_url text,
    metadata_level smallint not null,
    artist_key integer
) on commit drop;

create temp table staged_album (
    album_ref integer not null,
    album_id text,
    name text not null,
    folded_name text not null,
    folded_artist_name text not null,
    album_type text,
    release_date date,
    release_date_precision text,
    total_track_count integer,
    image_url text,
    metadata_level smallint not null,
    album_key integer
) on commit drop;

create temp table staged_album_artist (
    owner_ref integer not null,
    artist_ref integer not null,
    artist_position smallint not null,
    artist_role text not null
) on commit drop;

create temp table staged_track (
    track_ref integer not null,
    track_id text,
    track_uri text,
    name text not null,
    folded_name text not null,
    folded_artist_name text not null,
    album_ref integer not null,
    duration_ms integer,
    isrc text,
    disc_number integer,
    track_number integer,
    is_explicit boolean,
    is_local boolean not null,
    metadata_level smallint not null,
    track_key integer
) on commit drop;

create temp table staged_track_artist (
    owner_ref integer not null,
    artist_ref integer not null,
    artist_position smallint not null,
    artist_role text not null
) on commit drop;

create temp table staged_context (
    context_ref integer not null,
    context_uri text not null,
    context_type text not null,
    context_key integer
) on commit drop;

create temp table staged_poll (
    played_at timestamptz not null,
    track_ref integer not null,
    context_ref integer not null
) on commit drop;

-- What a watcher (ms_source 2) or a scrobbling service (3) told.
create temp table staged_told (
    told_at timestamptz not null,
    track_ref integer not null,
    context_ref integer not null,
    ms_source smallint not null,
    ms_played integer,
    length_ms integer
) on commit drop;

-- What this transaction has added, as the derivation needs it.
create temp table new_observation (
    played_at timestamptz not null,
    track_key integer not null
) on commit drop;

create temp table renamed_artist (
    artist_key integer not null
) on commit drop;

create temp table recredited_album (
    album_key integer not null
) on commit drop;

create temp table changed_length (
    track_key integer not null,
    changes_listens boolean not null
) on commit drop;

create temp table changed_class (
    match_key integer not null
) on commit drop;

-- Which observation tells the same play as another that is trusted more, by the order of trust
-- (1 history, 2 watcher, 3 poll, 4 scrobble), as pair_sources decided.
-- Rows of histories that may be told twice and have to be looked at again, by their key in
-- warehouse.source_history_play.
create temp table changed_telling (
    told_at timestamptz not null,
    track_key integer not null,
    episode_key integer not null,
    played_at timestamptz not null
) on commit drop;

-- Which poll and which history row are one play, as pair_plays decided.
create temp table staged_pair (
    trust smallint not null,
    played_at timestamptz not null,
    track_key integer not null,
    partner_trust smallint not null,
    partner_played_at timestamptz not null,
    partner_track_key integer not null
) on commit drop;
