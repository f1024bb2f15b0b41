-- Read the keys of the batch's tracks, by reference: they never change.
select
    array_agg(track_ref order by track_ref) as track_refs,
    array_agg(track_key order by track_ref) as track_keys
from pg_temp.staged_track;
