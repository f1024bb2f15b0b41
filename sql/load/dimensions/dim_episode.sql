-- Load the staged episodes and chapters into warehouse.dim_episode and fill in their keys.
-- The rules are those of dim_artist.sql; among mere names the least (title, show) wins.
with staged as (
    select distinct on (episode.episode_id, known_by_name, known_by_show)
        episode.episode_id,
        episode.name,
        episode.folded_name,
        episode.folded_show_name,
        episode.metadata_level,
        coalesce(podcast.show_key, 0) as show_key,
        case when episode.episode_id is null then episode.folded_name end as known_by_name,
        case when episode.episode_id is null then episode.folded_show_name end as known_by_show
    from pg_temp.staged_episode as episode
    left join pg_temp.staged_show as podcast
        on episode.show_ref = podcast.show_ref
    order by
        episode.episode_id,
        known_by_name,
        known_by_show,
        episode.metadata_level desc,
        episode.name,
        episode.folded_show_name
)

insert into warehouse.dim_episode as target (
    episode_id, name, folded_name, folded_show_name, show_key, metadata_level, described_at
)
select
    staged.episode_id,
    staged.name,
    staged.folded_name,
    staged.folded_show_name,
    staged.show_key,
    staged.metadata_level,
    now() as described_at
from staged
where
    not exists (
        select 1 from warehouse.dim_episode as known
        where
            -- Equal, so that it can be hashed (benchmark import_history): a null here is never an empty
            -- text elsewhere.
            coalesce(known.episode_id, '') = coalesce(staged.episode_id, '')
            and coalesce(known.known_by_name, '') = coalesce(staged.known_by_name, '')
            and coalesce(known.known_by_show, '') = coalesce(staged.known_by_show, '')
            and (known.metadata_level, staged.name, staged.folded_show_name)
            >= (staged.metadata_level, known.name, known.folded_show_name)
    )
order by staged.episode_id, staged.known_by_name, staged.known_by_show
on conflict on constraint dim_episode_natural_key do update
    set
        name = excluded.name,
        folded_name = excluded.folded_name,
        folded_show_name = excluded.folded_show_name,
        show_key = excluded.show_key,
        metadata_level = excluded.metadata_level,
        described_at = excluded.described_at
    where
    excluded.metadata_level > target.metadata_level
    or (
        excluded.metadata_level = target.metadata_level
        and (excluded.name, excluded.folded_show_name) < (target.name, target.folded_show_name)
    );

update pg_temp.staged_episode as staged
set episode_key = known.episode_key
from warehouse.dim_episode as known
where staged.episode_id = known.episode_id;

update pg_temp.staged_episode as staged
set episode_key = known.episode_key
from warehouse.dim_episode as known
where
    staged.episode_id is null
    and staged.folded_name = known.known_by_name
    and staged.folded_show_name = known.known_by_show;
