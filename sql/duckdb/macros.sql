-- Small expressions that the other files of this folder share (DuckDB), made once a run.

-- Text that Postgres takes: no NUL; too long for an index is cut; blank is null.
create or replace macro cut(words) as case
    when length(words) <= 500 then words
    else left(words, 500) || '#' || sha256(words)
end;

create or replace macro clean(words) as cut(nullif(trim(replace(words, chr(0), '')), ''));

-- The words as they are, but null where clean() would leave nothing: it is dear, and is for
-- what is distinct, not for every row.
create or replace macro filled(words) as case
    when words >= '!' then words -- begins with something that is neither a space nor NUL
    when trim(words, ' ' || chr(0)) <> '' then words
end;

-- A number of seconds, milliseconds or microseconds since 1970, told apart by its size.
create or replace macro to_moment(number) as make_timestamp(case
    when number < 100000000000 then number * 1000000
    when number < 100000000000000 then number * 1000
    else number
end);

-- The id at the end of spotify:kind:id.
create or replace macro to_id(uri) as list_last(string_split(uri, ':'));

-- Every name met so far with its folded form, so that Python folds each once.
create or replace table folded_name (name varchar not null, folded varchar not null);

-- Every spelling of a track that has been sent to the ledger, so that it is sent once a run.
create or replace table sent_track (
    item_name varchar,
    track_uri varchar,
    track_name varchar,
    artist_name varchar,
    album_name varchar
);

-- What a play's item_name stands for, over all batches. All names of one thing (identity) share
-- one reference, the earliest: plays are compared by it. No reference is 0 but the unknown track's.
create or replace table track_item (
    item_name varchar,
    identity varchar,
    item_ref integer
);
