-- Keep aside what a poll told that cannot have been played then; read why, for what is new of it.
insert into warehouse.etl_poll_skip (played_at, track_uri, reason, listener_key)
select
    skipped.played_at,
    skipped.track_uri,
    skipped.reason,
    %(listener_key)s as listener_key
from
    unnest(%(played_at)s::timestamptz[], %(track_uri)s::text[], %(reason)s::text[])
        as skipped (played_at, track_uri, reason)
order by skipped.played_at, skipped.track_uri
on conflict on constraint etl_poll_skip_pk do nothing
returning reason;
