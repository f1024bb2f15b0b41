-- Derive warehouse.fact_play again for the touched clusters, from the pairs found.
-- What no more trusted source tells is a play; else it only lends that play what it lacks, its
-- context. Written as the difference, by delete and insert: keys are never updated.

-- Of several that one source tells of one moment, the others go with the first.
insert into pg_temp.staged_pair (
    trust, played_at, track_key, partner_trust, partner_played_at, partner_track_key
)
select
    twin.trust,
    twin.played_at,
    twin.track_key,
    coalesce(first_pair.partner_trust, twin.trust) as partner_trust,
    coalesce(first_pair.partner_played_at, twin.played_at) as partner_played_at,
    coalesce(first_pair.partner_track_key, twin.first_track_key) as partner_track_key
from pg_temp.told_twin as twin
left join pg_temp.staged_pair as first_pair
    on
        twin.trust = first_pair.trust
        and twin.played_at = first_pair.played_at
        and twin.first_track_key = first_pair.track_key;

-- Where each observation stands now, if it does, and where it stood until now, if it did. A play has
-- its own context, else that of the most trusted of those that tell it too.
create temp table placed_play on commit drop as
with told as (
    select
        observation.*,
        coalesce(pair.partner_trust, observation.trust) as play_trust,
        coalesce(pair.partner_played_at, observation.played_at) as play_at,
        coalesce(pair.partner_track_key, observation.track_key) as play_track_key,
        pair.trust is not null as is_paired
    from pg_temp.touched_observation as observation
    left join pg_temp.staged_pair as pair
        on
            observation.trust = pair.trust
            and observation.played_at = pair.played_at
            and observation.track_key = pair.track_key
),

lent as (
    select distinct on (told.play_trust, told.play_at, told.play_track_key)
        told.play_trust,
        told.play_at,
        told.play_track_key,
        told.context_key
    from told
    inner join warehouse.dim_track as track
        on told.track_key = track.track_key
    where told.trust in (2, 3) and told.context_key <> 0
    order by
        told.play_trust,
        told.play_at,
        told.play_track_key,
        told.trust,
        track.track_uri collate "C",
        track.folded_name collate "C",
        track.folded_artist_name collate "C"
)

select
    told.trust,
    told.played_at as told_at,
    told.track_key,
    told.ms_played,
    coalesce(lent.context_key, 0) as context_key,
    case told.trust when 1 then 1 when 2 then 2 when 3 then 0 else 3 end as ms_source,
    case when told.trust = 4 then told.ended_at else told.played_at end as stood_at,
    case
        when
            told.is_paired or exists (
                -- An item that came without its track is the same play as a complete one.
                select 1 from warehouse.source_poll_play as complete
                where
                    told.trust = 3
                    and told.track_key = 0
                    and complete.listener_key = %(listener_key)s
                    and complete.played_at = told.played_at
                    and complete.track_key <> 0
            )
            then null
        -- A start is never stored as an end.
        when told.trust = 4
            then told.played_at + interval '1 millisecond' * least(
                86400000, coalesce(told.told_length_ms, told.duration_ms, 600000)
            )
        else told.played_at
    end as stands_at
from told
left join lent
    on
        told.trust = lent.play_trust
        and told.played_at = lent.play_at
        and told.track_key = lent.play_track_key;

-- One play for each key: an estimated end may fall on another's.
create temp table derived_play on commit drop as
select distinct on (stands_at, track_key)
    stands_at as played_at,
    track_key,
    ms_played,
    context_key,
    ms_source
from pg_temp.placed_play
where trust > 1 and stands_at is not null
order by stands_at, track_key, trust, told_at;

-- Usually they are few: the planner would read all plays (benchmark hourly_job).
analyze pg_temp.placed_play, pg_temp.derived_play;

with stood as (
    select
        stood_at as played_at,
        track_key
    from pg_temp.placed_play
    where trust > 1 and stood_at is not null
    union
    select
        played_at,
        track_key
    from pg_temp.derived_play
    union
    -- What came without its track, and is known now.
    select
        complete.played_at,
        0 as track_key
    from pg_temp.new_observation as complete
    inner join warehouse.source_poll_play as poll
        on
            complete.played_at = poll.played_at
            and complete.track_key = poll.track_key
    where poll.listener_key = %(listener_key)s and complete.track_key <> 0
)

delete from warehouse.fact_play as play
using stood
left join pg_temp.derived_play as derived
    on stood.played_at = derived.played_at and stood.track_key = derived.track_key
where
    play.listener_key = %(listener_key)s
    -- Or all of a large ledger would be read, for none of them (benchmark import_history).
    and play.played_at >= (select min(s.played_at) from stood as s)
    and play.played_at <= (select max(s.played_at) from stood as s)
    and play.played_at = stood.played_at
    and play.track_key = stood.track_key
    and play.ms_source <> 1
    and (play.ms_source, play.ms_played, play.context_key)
    is distinct from (derived.ms_source, derived.ms_played, derived.context_key);

insert into warehouse.fact_play (played_at, track_key, ms_played, context_key, listener_key, ms_source)
select
    played_at,
    track_key,
    ms_played,
    context_key,
    %(listener_key)s as listener_key,
    ms_source
from pg_temp.derived_play
order by played_at, track_key
on conflict on constraint fact_play_pk do nothing;

update warehouse.fact_play as play
set context_key = imported.context_key
from pg_temp.placed_play as imported
where
    imported.trust = 1
    and play.listener_key = %(listener_key)s
    and play.played_at = imported.told_at
    and play.track_key = imported.track_key
    and play.context_key <> imported.context_key;

update warehouse.source_told_play as told
set ended_at = touched.stands_at
from pg_temp.placed_play as touched
where
    touched.trust = 4
    and told.listener_key = %(listener_key)s
    and told.ms_source = 3
    and told.told_at = touched.told_at
    and told.track_key = touched.track_key
    and told.ended_at is distinct from touched.stands_at;
