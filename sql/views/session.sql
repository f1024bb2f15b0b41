-- bi.session
-- Grain: one row per listener and session: plays with pauses of at most 30 minutes.
-- It belongs to the day on which it began.
create view bi.session as
-- Worked out once, not for every session (benchmark views).
with span as materialized (
    select
        listener_key,
        range_agg(tsrange(seen_start_utc, seen_end_utc, '[]')) as seen
    from part.seen_span
    group by listener_key
)

select
    session.listener_key,
    (session.started_at at time zone listener.timezone)::date as session_date,
    session.started_at at time zone listener.timezone as started_at_local,
    session.ended_at at time zone listener.timezone as ended_at_local,
    session.play_count,
    session.listen_count,
    session.ms_measured + session.ms_estimated as ms_listened,
    session.ms_estimated,
    word.certainty,
    word.count_certainty
from warehouse.summary_session as session
inner join warehouse.dim_listener as listener
    on session.listener_key = listener.listener_key
left join span
    on session.listener_key = span.listener_key
inner join part.certainty as word
    on
        word.has_plays
        and (session.unmeasured_count > 0) = word.is_estimated
        and word.seen = case
            when
                span.seen @> tsrange(
                    session.started_at at time zone 'UTC', session.ended_at at time zone 'UTC', '[]'
                )
                then 'whole'
            else 'none'
        end;
comment on view bi.session is
'Grain: one row per listener and session: plays with pauses of at most 30 minutes. It belongs to '
'the day on which it began.';
comment on column bi.session.listener_key is 'Whose: bi.listener.';
comment on column bi.session.session_date is 'Day on which it began.';
comment on column bi.session.started_at_local is 'When it began, on the listeners clock.';
comment on column bi.session.ended_at_local is 'When it ended, on the listeners clock.';
comment on column bi.session.play_count is 'Plays that are counted, of any length.';
comment on column bi.session.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.session.ms_listened is 'Milliseconds listened.';
comment on column bi.session.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.session.certainty is 'Of ms_listened; a gap that touches the session may have cut it short.';
comment on column bi.session.count_certainty is 'Of the counts: exact, at least or not seen.';
