-- Note the plays whose estimated time the staged tracks change, and these tracks: another length is told.
-- Runs before dim_track.sql; a span too many costs a derivation, one too few a wrong sum.
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
select
    play.listener_key,
    min(play.played_at) as touched_from,
    max(play.played_at) as touched_to
from pg_temp.staged_track as staged
inner join warehouse.dim_track as track
    on staged.track_uri = track.track_uri
inner join warehouse.fact_play as play
    on track.track_key = play.track_key
where staged.duration_ms <> coalesce(track.duration_ms, 0) and play.ms_played is null
group by play.listener_key, date_trunc('month', play.played_at)
order by play.listener_key, touched_from, touched_to
on conflict on constraint etl_touched_span_pk do nothing;

-- Where the start of a play is told, the length says which end is its own.
insert into pg_temp.relengthened_track (track_key)
select track.track_key
from pg_temp.staged_track as staged
inner join warehouse.dim_track as track
    on staged.track_uri = track.track_uri
where
    staged.duration_ms <> coalesce(track.duration_ms, 0)
    and exists (
        select 1 from warehouse.source_told_play
        where ms_source = 3
    );
