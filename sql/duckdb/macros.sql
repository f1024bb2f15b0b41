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

-- A number of seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its
-- size; null where it is none of them, or after the year 5000.
create or replace macro to_moment(number) as case
    when number is null or not isfinite(number) or number < 0 or number >= 1e20 then null
    when number < 1e11 then make_timestamp((number * 1e6)::bigint)
    when number < 1e14 then make_timestamp((number * 1e3)::bigint)
    when number < 1e17 then make_timestamp(number::bigint)
    else make_timestamp((number / 1e3)::bigint)
end;

-- The moment that a text tells, in UTC: ISO with a zone or without (that is UTC), or a number as
-- above. A day alone is no moment.
create or replace macro to_told(words) as date_trunc('second', coalesce(
    case
        when contains(words, ':') and isfinite(try_cast(words as timestamptz))
            then try_cast(words as timestamptz) at time zone 'UTC'
    end,
    to_moment(try_cast(words as double))
));

-- The start of what was heard offline.
create or replace macro to_started(is_offline, words) as case
    when is_offline and try_cast(words as double) > 0 then to_moment(try_cast(words as double))
end;

-- Where a play stands. Of an offline play Spotify's ts is the upload; the end is its start plus
-- its length, where the file tells both.
create or replace macro is_moved(told_at, started_at, ms_played) as (
    coalesce(started_at between told_at - interval 60 day and told_at, false)
    and ms_played is not null
);

create or replace macro to_end(told_at, started_at, ms_played) as case
    when is_moved(told_at, started_at, ms_played)
        then least(told_at, date_trunc('second', started_at + to_milliseconds(ms_played::bigint)))
    else told_at
end;

-- The listened time, where it is one: no single play lasts longer than a day.
create or replace macro to_ms(number) as case
    when number between 0 and 86400000 then number::integer
end;

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
