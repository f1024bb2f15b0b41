-- Keep the id that Spotify answered with, where it is another than the one asked for.
update warehouse.dim_track as track
set answered_id = staged.answered_id
from pg_temp.staged_answered_track as staged
where
    track.track_uri = staged.track_uri
    and track.answered_id is distinct from staged.answered_id;
