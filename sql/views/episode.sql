-- bi.episode
-- Grain: one row per podcast episode or audiobook chapter.
create view bi.episode as
select
    episode_key,
    episode_id,
    name as episode_name,
    show_key,
    duration_ms,
    release_date
from warehouse.dim_episode;
comment on view bi.episode is
'Grain: one row per podcast episode or audiobook chapter.';
comment on column bi.episode.episode_key is 'Key of the row; 0 is the unknown episode.';
comment on column bi.episode.episode_id is 'Spotifys id; null where only the title is known.';
comment on column bi.episode.episode_name is 'Title.';
comment on column bi.episode.show_key is 'The podcast or audiobook: bi.show.';
comment on column bi.episode.duration_ms is 'Length in milliseconds; null where nobody said.';
comment on column bi.episode.release_date is 'Day of release; null where nobody said.';
