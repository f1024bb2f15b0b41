-- Tell what became of the rows that may be told twice.
-- A row is told already where another one is the play; known, where the play stood before.
create temp table told_verdict on commit drop as
select
    told.file_number,
    told.row_number,
    play.new_at as stands_at,
    play.new_key as stands_key,
    told.episode_key > 0 as is_episode,
    coalesce(contest.earlier_key, stood.import_key) as earlier_key,
    coalesce(contest.earlier_key, stood.import_key) is not null
    and kept.import_key = %(import_key)s and kept.is_play as is_replaced,
    case
        when not contest.is_best then 'less'
        when not kept.is_play then 'told'
        when coalesce(contest.earlier_key, stood.import_key) is not null then 'known'
        else 'new'
    end as verdict
from pg_temp.told_row as told
inner join pg_temp.told_contest as contest
    on told.file_number = contest.file_number and told.row_number = contest.row_number
inner join warehouse.source_history_play as kept
    on
        kept.listener_key = %(listener_key)s
        and told.told_at = kept.told_at
        and told.track_key = kept.track_key
        and told.episode_key = kept.episode_key
        and told.played_at = kept.ended_at
left join pg_temp.told_play as play
    on
        told.told_at = play.told_at
        and told.track_key = play.track_key
        and told.episode_key = play.episode_key
        and told.played_at = play.played_at
left join (
    select
        cluster_number,
        min(import_key) as import_key
    from pg_temp.told_play
    where stands_at is not null
    group by cluster_number
) as stood
    on play.cluster_number = stood.cluster_number;
