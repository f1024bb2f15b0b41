-- Count the match classes whose tracks have got another length among those that changed.
-- Which end a start belongs to, and where a scrobble stands, rests on it.
insert into pg_temp.changed_class (match_key)
select distinct track.match_key
from pg_temp.relengthened_track as relengthened
inner join warehouse.dim_track as track
    on relengthened.track_key = track.track_key;
