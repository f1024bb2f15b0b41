-- Add the staged podcast and audiobook plays to warehouse.fact_episode_play.
-- The rules are those of history_play.sql; polls never show episodes, so nothing is paired.
create temp table history_episode_play on commit drop as
with bounds as (
    select
        min(played_at) as oldest,
        max(played_at) as newest
    from pg_temp.staged_history_episode_play
),

known as (
    select
        play.played_at,
        play.episode_key,
        play.ms_played,
        play.play_detail_key,
        play.platform_key,
        play.ms_source,
        play.import_key
    from warehouse.fact_episode_play as play
    cross join bounds
    where
        play.listener_key = %(listener_key)s
        and play.played_at between bounds.oldest and bounds.newest
)

select
    staged.file_number,
    staged.row_number,
    staged.played_at,
    staged.episode_key,
    staged.ms_played,
    staged.play_detail_key,
    staged.platform_key,
    known.import_key as earlier_key,
    case
        when known.episode_key is null then 'new'
        when known.ms_source <> 1 then 'polled'
        when coalesce(staged.ms_played, -1) > coalesce(known.ms_played, -1) then 'better'
        when coalesce(staged.ms_played, -1) < coalesce(known.ms_played, -1) then 'less'
        when
            staged.play_detail_key = known.play_detail_key
            and staged.platform_key = known.platform_key
            then 'known'
        else 'equal'
    end as verdict
from pg_temp.keyed_episode_play as staged
left join known
    on staged.played_at = known.played_at and staged.episode_key = known.episode_key;

-- The same time listened, told with other particulars: the least of them wins.
with contested as (
    select
        staged.played_at,
        staged.episode_key,
        staged.play_detail_key,
        staged.platform_key,
        true as is_staged
    from pg_temp.history_episode_play as staged
    where staged.verdict = 'equal'
    union all
    select
        play.played_at,
        play.episode_key,
        play.play_detail_key,
        play.platform_key,
        false as is_staged
    from pg_temp.history_episode_play as staged
    inner join warehouse.fact_episode_play as play
        on staged.played_at = play.played_at and staged.episode_key = play.episode_key
    where staged.verdict = 'equal' and play.listener_key = %(listener_key)s
),

winner as (
    select distinct on (contested.played_at, contested.episode_key)
        contested.played_at,
        contested.episode_key,
        contested.is_staged
    from contested
    inner join warehouse.dim_play_detail as detail
        on contested.play_detail_key = detail.play_detail_key
    inner join warehouse.dim_platform as platform
        on contested.platform_key = platform.platform_key
    order by
        contested.played_at,
        contested.episode_key,
        detail.reason_start collate "C",
        detail.reason_end collate "C",
        detail.country collate "C",
        detail.is_shuffle,
        detail.is_skipped,
        detail.is_offline,
        detail.is_incognito,
        platform.name collate "C"
)

update pg_temp.history_episode_play as staged
set verdict = case when winner.is_staged then 'better' else 'less' end
from winner
where
    staged.verdict = 'equal'
    and staged.played_at = winner.played_at
    and staged.episode_key = winner.episode_key;

delete from warehouse.fact_episode_play as play
using pg_temp.history_episode_play as staged
where
    staged.verdict in ('better', 'polled')
    and play.listener_key = %(listener_key)s
    and play.played_at = staged.played_at
    and play.episode_key = staged.episode_key;

insert into warehouse.fact_episode_play (
    played_at,
    episode_key,
    ms_played,
    play_detail_key,
    listener_key,
    platform_key,
    ms_source,
    import_key
)
select
    played_at,
    episode_key,
    ms_played,
    play_detail_key,
    %(listener_key)s as listener_key,
    platform_key,
    1 as ms_source,
    %(import_key)s as import_key
from pg_temp.history_episode_play
where verdict in ('new', 'better', 'polled')
order by played_at, episode_key;
