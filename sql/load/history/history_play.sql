-- Add the staged plays of a history to warehouse.fact_play, and note which were new.
-- Of one listener, track and second the longest play stays; ties go by the remaining natural
-- values in column order, never by arrival. A polled play with the same key gives way.
-- What is in the ledger already is not written again.

-- The verdict on every row whose key the ledger holds, for the account of the import, too. In a
-- first import that is none, and nothing is written down twice.
create temp table history_play on commit drop as
select
    staged.file_number,
    staged.row_number,
    staged.played_at,
    staged.track_key,
    staged.ms_played,
    staged.play_detail_key,
    staged.platform_key,
    known.import_key as earlier_key,
    case
        when known.ms_source <> 1 then 'polled'
        when coalesce(staged.ms_played, -1) > coalesce(known.ms_played, -1) then 'better'
        when coalesce(staged.ms_played, -1) < coalesce(known.ms_played, -1) then 'less'
        when
            staged.play_detail_key = known.play_detail_key
            and staged.platform_key = known.platform_key
            then 'known'
        else 'equal'
    end as verdict
from pg_temp.keyed_play as staged
inner join pg_temp.known_play as known
    on staged.played_at = known.played_at and staged.track_key = known.track_key
-- Or all that is staged would be looked up in nothing (benchmark import_history).
where exists (select 1 from pg_temp.known_play);

-- The same time listened, told with other particulars: the least of them wins.
with contested as (
    select
        staged.played_at,
        staged.track_key,
        staged.play_detail_key,
        staged.platform_key,
        true as is_staged
    from pg_temp.history_play as staged
    where staged.verdict = 'equal'
    union all
    select
        play.played_at,
        play.track_key,
        play.play_detail_key,
        play.platform_key,
        false as is_staged
    from pg_temp.history_play as staged
    inner join warehouse.fact_play as play
        on staged.played_at = play.played_at and staged.track_key = play.track_key
    where staged.verdict = 'equal' and play.listener_key = %(listener_key)s
),

winner as (
    select distinct on (contested.played_at, contested.track_key)
        contested.played_at,
        contested.track_key,
        contested.is_staged
    from contested
    inner join warehouse.dim_play_detail as detail
        on contested.play_detail_key = detail.play_detail_key
    inner join warehouse.dim_platform as platform
        on contested.platform_key = platform.platform_key
    order by
        contested.played_at,
        contested.track_key,
        detail.reason_start collate "C",
        detail.reason_end collate "C",
        detail.country collate "C",
        detail.is_shuffle,
        detail.is_skipped,
        detail.is_offline,
        detail.is_incognito,
        platform.name collate "C"
)

update pg_temp.history_play as staged
set verdict = case when winner.is_staged then 'better' else 'less' end
from winner
where
    staged.verdict = 'equal'
    and staged.played_at = winner.played_at
    and staged.track_key = winner.track_key;

delete from warehouse.fact_play as play
using pg_temp.history_play as staged
where
    staged.verdict in ('better', 'polled')
    and play.listener_key = %(listener_key)s
    and play.played_at = staged.played_at
    and play.track_key = staged.track_key;

-- The rows are staged in the order of time, and joined in it.
with written as (
    insert into warehouse.fact_play (
        played_at,
        track_key,
        ms_played,
        play_detail_key,
        listener_key,
        platform_key,
        ms_source,
        import_key
    )
    select
        staged.played_at,
        staged.track_key,
        staged.ms_played,
        staged.play_detail_key,
        %(listener_key)s as listener_key,
        staged.platform_key,
        1 as ms_source,
        %(import_key)s as import_key
    from pg_temp.keyed_play as staged
    left join pg_temp.known_play as known
        on staged.played_at = known.played_at and staged.track_key = known.track_key
    where known.track_key is null
    returning
        played_at,
        track_key
),

span as (
    insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
    select
        %(listener_key)s as listener_key,
        min(played_at) as touched_from,
        max(played_at) as touched_to
    from written
    group by date_bin('30 days', played_at, '2000-01-01')
    on conflict on constraint etl_touched_span_pk do nothing
),

-- Only a class that another source told of has anything to be derived: else pairing is free.
told_class as (
    select track.match_key
    from warehouse.source_poll_play as poll
    inner join warehouse.dim_track as track
        on poll.track_key = track.track_key
    where poll.listener_key = %(listener_key)s
    union
    select track.match_key
    from warehouse.source_told_play as told
    inner join warehouse.dim_track as track
        on told.track_key = track.track_key
    where told.listener_key = %(listener_key)s
)

insert into pg_temp.new_observation (played_at, track_key)
select
    written.played_at,
    written.track_key
from written
inner join warehouse.dim_track as track
    on written.track_key = track.track_key
inner join told_class
    on track.match_key = told_class.match_key;
