-- bi.context
-- Grain: one row per place a play was started from (a playlist, an album, an artist, the collection).
create view bi.context as
select
    context_key,
    context_uri,
    coalesce(context_type, 'unknown') as context_type
from warehouse.dim_context;
comment on view bi.context is
'Grain: one row per place a play was started from (a playlist, an album, an artist, the collection).';
comment on column bi.context.context_key is 'Key of the row; 0 is unknown.';
comment on column bi.context.context_uri is 'Spotify''s URI of the place.';
comment on column bi.context.context_type is 'playlist, album, artist, collection; unknown where nothing was told.';
