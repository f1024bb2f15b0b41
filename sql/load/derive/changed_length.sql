-- Count the match classes whose tracks have got another length among those that changed.
-- Which end a start belongs to, and where a scrobble stands, rests on it: where nothing is told
-- by its start, no class is derived again for it.
insert into pg_temp.changed_class (match_key)
select distinct track.match_key
from pg_temp.changed_length as changed
inner join warehouse.dim_track as track
    on changed.track_key = track.track_key
where
    exists (
        select 1 from warehouse.source_told_play
        where ms_source = 3
    );
