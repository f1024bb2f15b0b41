-- Take the plays of an import out of the ledger, and note what has to be derived again.
-- Rows that others told of the same moment come to stand for themselves.
insert into pg_temp.changed_telling (told_at, track_key, episode_key, played_at)
select distinct
    mate.told_at,
    mate.track_key,
    mate.episode_key,
    mate.ended_at
from warehouse.source_history_play as told
inner join warehouse.source_history_play as mate
    on
        told.listener_key = mate.listener_key
        and told.stands_at = mate.stands_at
        and told.stands_key = mate.stands_key
        and (told.episode_key > 0) = (mate.episode_key > 0)
where
    told.listener_key = %(listener_key)s
    and told.import_key = %(import_key)s
    and mate.import_key <> %(import_key)s;

delete from warehouse.source_history_play as told
where told.listener_key = %(listener_key)s and told.import_key = %(import_key)s;

delete from warehouse.fact_episode_play as play
where play.listener_key = %(listener_key)s and play.import_key = %(import_key)s;

with gone as (
    delete from warehouse.fact_play as play
    where play.listener_key = %(listener_key)s and play.import_key = %(import_key)s
    returning
        play.played_at,
        play.track_key
),

span as (
    insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
    select
        %(listener_key)s as listener_key,
        min(played_at) as touched_from,
        max(played_at) as touched_to
    from gone
    group by date_bin('30 days', played_at, '2000-01-01')
    on conflict on constraint etl_touched_span_pk do nothing
),

-- Only a class that another source told of has anything to be derived: what that told stands for
-- itself again, or meets what another import told.
told_class as (
    select track.match_key
    from warehouse.source_poll_play as poll
    inner join warehouse.dim_track as track
        on poll.track_key = track.track_key
    where poll.listener_key = %(listener_key)s
    union
    select track.match_key
    from warehouse.source_told_play as other
    inner join warehouse.dim_track as track
        on other.track_key = track.track_key
    where other.listener_key = %(listener_key)s
)

insert into pg_temp.changed_class (match_key)
select distinct told_class.match_key
from gone
inner join warehouse.dim_track as track
    on gone.track_key = track.track_key
inner join told_class
    on track.match_key = told_class.match_key;
