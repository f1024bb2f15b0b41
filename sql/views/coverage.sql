-- bi.coverage
-- Grain: one row per listener and day, from the first play to today.
-- Can this day be trusted? complete: all of it was seen. at least: a part was not.
-- unknown: nobody looked. A day begins at midnight, the first one too, and the running one
-- ends now.
create view bi.coverage as
select
    day.listener_key,
    to_char(day.play_date, 'YYYYMMDD')::integer as date_key,
    day.play_date,
    case day.seen when 'whole' then 'complete' when 'part' then 'at least' else 'unknown' end as status,
    gap.open_gap_count,
    gap.open_gap_hours,
    day.play_count,
    day.listen_count,
    day.ms_measured,
    day.ms_estimated,
    day.certainty,
    day.count_certainty,
    day.excluded_play_count,
    day.excluded_ms
from part.heard_day as day
cross join
    lateral (
        select
            count(*)::integer as open_gap_count,
            coalesce(
                round(
                    sum(
                        extract(
                            epoch from
                            least(etl.gap_end at time zone 'UTC', day.end_utc)
                            - greatest(etl.gap_start at time zone 'UTC', day.start_utc)
                        )
                    )
                    / 3600, 2
                ),
                0
            )::numeric(4, 2) as open_gap_hours
        from warehouse.etl_gap as etl
        where
            etl.listener_key = day.listener_key
            and etl.closed_at is null
            and etl.gap_start < day.end_utc at time zone 'UTC'
            and etl.gap_end > day.start_utc at time zone 'UTC'
    ) as gap
where day.play_date >= day.first_play_date;
comment on view bi.coverage is
'Grain: one row per listener and day, from the first play to today. Can this day be trusted? complete: '
'all of it was seen. at least: a part was not. unknown: nobody looked. A day begins at midnight, the '
'first one too, and the running one ends now.';
comment on column bi.coverage.listener_key is 'Whose: bi.listener.';
comment on column bi.coverage.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.coverage.play_date is 'Day on the listeners calendar.';
comment on column bi.coverage.status is 'complete, at least or unknown.';
comment on column bi.coverage.open_gap_count is 'Open gaps that reach into the day.';
comment on column bi.coverage.open_gap_hours is 'Hours of the day that lie in them.';
comment on column bi.coverage.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column bi.coverage.listen_count is
'Of these: 30 seconds or more, or a shorter track heard whole; null: not seen.';
comment on column bi.coverage.ms_measured is 'Milliseconds listened, measured; null: not seen.';
comment on column bi.coverage.ms_estimated is 'Milliseconds listened, estimated; null: not seen.';
comment on column bi.coverage.certainty is 'Of the time: exact, about, at least, not fully seen or not seen.';
comment on column bi.coverage.count_certainty is 'Of the counts: exact, at least or not seen.';
comment on column bi.coverage.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.coverage.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
