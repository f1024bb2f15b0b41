-- bi.listening_clock
-- Grain: one row per listener, period, weekday and hour of the day.
-- All 168 hours of a week, on the listener's clock. A play belongs to the hour in which
-- it ended.
create view bi.listening_clock as
with heard as (
    select
        period.listener_key,
        period.period,
        extract(isodow from hour.play_date)::smallint as weekday,
        hour.hour_of_day,
        sum(hour.play_count)::integer as play_count,
        sum(hour.listen_count)::integer as listen_count,
        sum(hour.ms_measured + hour.ms_estimated)::bigint as ms_listened,
        sum(hour.ms_estimated)::bigint as ms_estimated,
        sum(hour.unmeasured_count)::integer as unmeasured_count
    from bi.period as period
    inner join warehouse.summary_hour as hour
        on
            period.listener_key = hour.listener_key
            and hour.play_date between period.first_date and period.last_date
    group by period.listener_key, period.period, weekday, hour.hour_of_day
)

select
    period.listener_key,
    period.period,
    weekday.weekday::smallint as weekday,
    weekday.weekday_name,
    clock.hour_of_day::smallint as hour_of_day,
    case when word.certainty <> 'not seen' then coalesce(heard.play_count, 0) end as play_count,
    case when word.certainty <> 'not seen' then coalesce(heard.listen_count, 0) end as listen_count,
    case when word.certainty <> 'not seen' then coalesce(heard.ms_listened, 0) end as ms_listened,
    case when word.certainty <> 'not seen' then coalesce(heard.ms_estimated, 0) end as ms_estimated,
    word.certainty,
    word.count_certainty
from bi.period as period
cross join (
    values
    (1, 'Monday'),
    (2, 'Tuesday'),
    (3, 'Wednesday'),
    (4, 'Thursday'),
    (5, 'Friday'),
    (6, 'Saturday'),
    (7, 'Sunday')
) as weekday (weekday, weekday_name)
cross join generate_series(0, 23) as clock (hour_of_day)
left join heard
    on
        period.listener_key = heard.listener_key
        and period.period = heard.period
        and weekday.weekday = heard.weekday
        and clock.hour_of_day = heard.hour_of_day
inner join part.certainty as word
    on
        period.seen = word.seen
        and (coalesce(heard.play_count, 0) > 0) = word.has_plays
        and (coalesce(heard.unmeasured_count, 0) > 0) = word.is_estimated;
comment on view bi.listening_clock is
'Grain: one row per listener, period, weekday and hour of the day. All 168 hours of a week, on the '
'listener''s clock. A play belongs to the hour in which it ended.';
comment on column bi.listening_clock.listener_key is 'Whose: bi.listener.';
comment on column bi.listening_clock.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.listening_clock.weekday is 'ISO weekday: 1 is Monday, 7 is Sunday.';
comment on column bi.listening_clock.weekday_name is 'Weekday in English.';
comment on column bi.listening_clock.hour_of_day is 'Hour on the listeners clock, 0 to 23.';
comment on column bi.listening_clock.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column bi.listening_clock.listen_count is
'Of these: 30 seconds or more, or a shorter track heard whole; null: not seen.';
comment on column bi.listening_clock.ms_listened is 'Milliseconds listened; null: not seen.';
comment on column bi.listening_clock.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.listening_clock.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.listening_clock.count_certainty is 'Of the counts: exact, at least or not seen.';
