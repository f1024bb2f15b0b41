-- Derive warehouse.fact_play again for the touched clusters, from the pairs found.
-- Every poll without a partner is a play; a partnered one only lends its context to the
-- history row. Written as the difference, by delete and insert: keys are never updated.
create temp table touched_poll on commit drop as
select
    poll.played_at,
    poll.track_key,
    poll.context_key,
    pair.poll_played_at is not null or exists (
        -- An item that came without its track is the same play as a complete one.
        select 1 from warehouse.source_poll_play as complete
        where
            poll.track_key = 0
            and complete.listener_key = %(listener_key)s
            and complete.played_at = poll.played_at
            and complete.track_key <> 0
    ) as is_partnered
from pg_temp.touched_observation as poll
left join pg_temp.staged_pair as pair
    on poll.played_at = pair.poll_played_at and poll.track_key = pair.poll_track_key
where poll.is_poll and poll.is_touched;

delete from warehouse.fact_play as play
using pg_temp.touched_poll as poll
where
    play.listener_key = %(listener_key)s
    and play.played_at = poll.played_at
    and play.track_key = poll.track_key
    and play.ms_source = 0
    and poll.is_partnered;

delete from warehouse.fact_play as play
using pg_temp.new_observation as complete
where
    play.listener_key = %(listener_key)s
    and play.played_at = complete.played_at
    and play.track_key = 0
    and play.ms_source = 0
    and complete.track_key <> 0;

insert into warehouse.fact_play (played_at, track_key, context_key, listener_key, ms_source)
select
    played_at,
    track_key,
    context_key,
    %(listener_key)s as listener_key,
    0 as ms_source
from pg_temp.touched_poll
where not is_partnered
order by played_at, track_key
on conflict on constraint fact_play_pk do nothing;

update warehouse.fact_play as play
set context_key = coalesce(poll.context_key, 0)
from pg_temp.touched_observation as imported
left join pg_temp.staged_pair as pair
    on imported.played_at = pair.history_played_at and imported.track_key = pair.history_track_key
left join pg_temp.touched_poll as poll
    on pair.poll_played_at = poll.played_at and pair.poll_track_key = poll.track_key
where
    not imported.is_poll
    and imported.is_touched
    and play.listener_key = %(listener_key)s
    and play.played_at = imported.played_at
    and play.track_key = imported.track_key
    and play.context_key <> coalesce(poll.context_key, 0);
