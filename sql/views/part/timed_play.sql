-- part.timed_play
-- Grain: one row per listener, moment and track, with its listened time and whether it counts.
-- What bi.play, the questions and the summaries are made of; read bi.play instead.
-- Its played_at is the ledger's own column, so that a range of time is found by the key.
-- Listened time is measured where the privacy export or the watcher measured it; else it
-- is estimated as the smaller of the track's length and the time since the play before it
-- ended. The look-up of that play runs on the key, and only where nothing was measured.
-- A track of unknown length counts no time. Of a play that only a scrobble tells, the length that
-- came with it goes before the track's; its look-up runs for these plays alone.
-- A play counts as a listen from 30 seconds on, or when a shorter track was heard whole.
-- No CTE here: a view with one is not merged into the query that reads it, and a range of
-- time would then not be found by the key.
create view part.timed_play as
select
    play.listener_key,
    play.played_at,
    play.played_at_local,
    play.track_key,
    play.context_key,
    play.play_detail_key,
    play.platform_key,
    play.ms_source,
    play.ms_listened,
    play.is_estimated,
    play.ms_listened >= least(30000, coalesce(play.duration_ms, 30000)) as is_listen,
    (play.listener_key, play.track_key) not in (
        select
            excluded.listener_key,
            excluded.track_key
        from part.excluded_track as excluded
    )
    and (play.listener_key, play.context_key) not in (
        select
            rule.listener_key,
            rule.context_key
        from warehouse.dim_exclusion as rule
        where rule.rule = 'context'
    )
    and not (
        (
            select count(*) from warehouse.dim_exclusion
            where rule in ('hours', 'dates')
        ) > 0
        and exists (
            select 1 from warehouse.dim_exclusion as rule
            where
                rule.listener_key = play.listener_key
                and case
                    when rule.rule = 'dates'
                        then
                            play.played_at_local >= rule.first_date
                            and play.played_at_local < rule.last_date + 1
                    when rule.rule = 'hours' and rule.first_hour < rule.end_hour
                        then
                            extract(hour from play.played_at_local) >= rule.first_hour
                            and extract(hour from play.played_at_local) < rule.end_hour
                    when rule.rule = 'hours'
                        then
                            extract(hour from play.played_at_local) >= rule.first_hour
                            or extract(hour from play.played_at_local) < rule.end_hour
                    else false
                end
        )
    ) as is_counted
from (
    select
        fact.listener_key,
        fact.played_at,
        fact.track_key,
        fact.context_key,
        fact.play_detail_key,
        fact.platform_key,
        fact.ms_source,
        fact.ms_played is null as is_estimated,
        length.duration_ms,
        fact.played_at at time zone listener.timezone as played_at_local,
        coalesce(
            fact.ms_played,
            case
                when length.duration_ms is not null then least(
                    length.duration_ms,
                    (
                        select extract(epoch from fact.played_at - max(previous.played_at)) * 1000
                        from warehouse.fact_play as previous
                        where
                            previous.listener_key = fact.listener_key
                            and previous.played_at < fact.played_at
                    )
                )::integer
            end,
            0
        ) as ms_listened
    from warehouse.fact_play as fact
    inner join warehouse.dim_listener as listener
        on fact.listener_key = listener.listener_key
    left join warehouse.dim_track as track
        on fact.track_key = track.track_key
    cross join
        lateral (
            select
                coalesce(
                    case
                        when fact.ms_source = 3 then (
                            select max(told.length_ms)
                            from warehouse.source_told_play as told
                            where
                                told.listener_key = fact.listener_key
                                and told.ended_at = fact.played_at
                                and told.track_key = fact.track_key
                        )
                    end,
                    track.duration_ms
                ) as duration_ms
        ) as length
) as play;
comment on view part.timed_play is
'Grain: one row per listener, moment and track, with its listened time and whether it counts. '
'What bi.play and the questions are made of; read bi.play instead.';
comment on column part.timed_play.listener_key is 'Whose play: bi.listener.';
comment on column part.timed_play.played_at is 'End of the play, as the ledger keeps it.';
comment on column part.timed_play.played_at_local is 'End of the play on the listener''s clock.';
comment on column part.timed_play.track_key is 'What was played: bi.track.';
comment on column part.timed_play.context_key is 'Where it was started from: bi.context.';
comment on column part.timed_play.play_detail_key is 'Reasons, flags and country of the play.';
comment on column part.timed_play.platform_key is 'Device or app.';
comment on column part.timed_play.ms_source is
'By whom the play is known: 0 a poll, 1 the export, 2 the watcher, 3 a scrobbling service.';
comment on column part.timed_play.ms_listened is 'Milliseconds listened: measured, or estimated where is_estimated.';
comment on column part.timed_play.is_estimated is 'True where nobody measured the listened time.';
comment on column part.timed_play.is_listen is 'At least 30 seconds listened, or the whole of a shorter track.';
comment on column part.timed_play.is_counted is 'False where a rule of bi.exclusion takes the play out of every sum.';
