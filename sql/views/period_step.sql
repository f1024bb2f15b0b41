-- bi.period_step
-- Grain: one row per listener, period, unit and step of it: a week or a month of its days.
-- What a long period is drawn by. Weeks are counted from its first day, months are the
-- calendar's; both end with the period. A step is as sure as its days.
create view bi.period_step as
with day as materialized (
    -- Worked out once, not for every period (benchmark views).
    select
        listener_key,
        play_date,
        seen,
        is_rest_seen,
        coalesce(play_count, 0) as play_count,
        coalesce(ms_measured, 0) as ms_measured,
        coalesce(ms_estimated, 0) as ms_estimated,
        unmeasured_count
    from part.heard_day
),

step as (
    select
        period.listener_key,
        period.period,
        unit.unit,
        summed.*
    from bi.period as period
    cross join (values ('week'), ('month')) as unit (unit)
    -- Summed period by period: joined, a period would be made anew for every day (benchmark views).
    cross join lateral (
        select
            case unit.unit
                when 'week' then period.first_date + (day.play_date - period.first_date) / 7 * 7
                else greatest(date_trunc('month', day.play_date::timestamp)::date, period.first_date)
            end as first_date,
            max(day.play_date) as last_date,
            case
                when bool_and(day.seen = 'whole' or (period.period_kind = 'all' and day.is_rest_seen)) then 'whole'
                when bool_and(day.seen = 'none') then 'none'
                else 'part'
            end as seen,
            sum(day.play_count)::integer as play_count,
            sum(day.ms_measured + day.ms_estimated)::bigint as ms_listened,
            sum(day.ms_estimated)::bigint as ms_estimated,
            sum(day.unmeasured_count)::integer as unmeasured_count
        from day
        where
            day.listener_key = period.listener_key
            and day.play_date between period.first_date and period.last_date
        group by 1
    ) as summed
)

select
    step.listener_key,
    step.period,
    step.unit,
    step.first_date,
    step.last_date,
    case when word.certainty <> 'not seen' then step.play_count end as play_count,
    case when word.certainty <> 'not seen' then step.ms_listened end as ms_listened,
    case when word.certainty <> 'not seen' then step.ms_estimated end as ms_estimated,
    word.certainty,
    word.count_certainty
from step
inner join part.certainty as word
    on
        step.seen = word.seen
        and (step.play_count > 0) = word.has_plays
        and (step.unmeasured_count > 0) = word.is_estimated;
comment on view bi.period_step is
'Grain: one row per listener, period, unit and step of it: a week or a month of its days. What a long '
'period is drawn by. Weeks are counted from its first day, months are the calendar''s; both end with the '
'period. A step is as sure as its days.';
comment on column bi.period_step.listener_key is 'Whose: bi.listener.';
comment on column bi.period_step.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.period_step.unit is 'week or month: ask for one of them.';
comment on column bi.period_step.first_date is 'First day of the step.';
comment on column bi.period_step.last_date is 'Last day of the step in the period.';
comment on column bi.period_step.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column bi.period_step.ms_listened is 'Milliseconds listened; null: not seen.';
comment on column bi.period_step.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.period_step.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.period_step.count_certainty is 'Of the counts: exact, at least or not seen.';
