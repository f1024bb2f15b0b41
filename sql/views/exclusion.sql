-- bi.exclusion
-- Grain: one row per listener and rule that takes plays out of every sum.
-- Made and undone with python start.py exclude. The ledger keeps every play.
create view bi.exclusion as
select
    rule.exclusion_key,
    rule.listener_key,
    rule.rule,
    coalesce(
        artist.name,
        album.name,
        track.name,
        podcast.name,
        context.context_uri,
        rule.first_hour || ' to ' || rule.end_hour,
        rule.first_date || ' to ' || rule.last_date
    ) as excluded,
    rule.created_at at time zone listener.timezone as created_at_local
from warehouse.dim_exclusion as rule
inner join warehouse.dim_listener as listener
    on rule.listener_key = listener.listener_key
left join warehouse.dim_artist as artist
    on rule.artist_key = artist.artist_key
left join warehouse.dim_album as album
    on rule.album_key = album.album_key
left join warehouse.dim_track as track
    on rule.track_key = track.track_key
left join warehouse.dim_show as podcast
    on rule.show_key = podcast.show_key
left join warehouse.dim_context as context
    on rule.context_key = context.context_key;
comment on view bi.exclusion is
'Grain: one row per listener and rule that takes plays out of every sum. Made and undone with '
'python start.py exclude. The ledger keeps every play.';
comment on column bi.exclusion.exclusion_key is 'Key of the row.';
comment on column bi.exclusion.listener_key is 'Whose: bi.listener.';
comment on column bi.exclusion.rule is 'artist, album, track, show, context, hours or dates.';
comment on column bi.exclusion.excluded is 'What the rule takes out.';
comment on column bi.exclusion.created_at_local is 'When it was made, on the listeners clock.';
