-- part.known_track
-- Grain: one row per listener and track that the listener has heard.
-- With part.known_album and part.known_artist the one place that says what a listener of several
-- may find: whatever is resolved for a listener (an id, a title, a search) is resolved in these,
-- never in the whole ledger first.
create view part.known_track as
select
    listener_key,
    track_key
from warehouse.summary_track;
comment on view part.known_track is
'Grain: one row per listener and track that the listener has heard.';
comment on column part.known_track.listener_key is 'Who knows it: bi.listener.';
comment on column part.known_track.track_key is 'What is known: bi.track.';
