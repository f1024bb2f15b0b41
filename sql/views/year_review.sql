-- bi.year_review
-- Grain: one row per listener and year with plays.
-- A statement of account. Open: the year is not over. Of a year that is over, what is exact is
-- closed; anything else says its word, and the days that were not seen. Artists are carried
-- forward from year to year.
create view bi.year_review as
with found as (
    select
        listener_key,
        extract(year from first_heard_date)::integer as year,
        count(*)::integer as first_heard
    from bi.discovery
    where kind = 'artist'
    group by listener_key, extract(year from first_heard_date)
),

year as (
    select
        period.listener_key,
        period.period,
        period.first_date,
        period.last_date,
        extract(year from period.first_date)::integer as year,
        period.first_date - 1 as day_before,
        period.active_day_count,
        period.play_count,
        period.listen_count,
        period.ms_listened,
        period.ms_estimated,
        period.certainty,
        period.count_certainty,
        period.day_count,
        period.seen_day_count,
        period.partly_seen_day_count,
        period.unseen_day_count,
        coalesce(found.first_heard, 0) as artists_first_heard,
        sum(coalesce(found.first_heard, 0)) over (
            partition by period.listener_key order by period.first_date
        )::integer as artists_carried_forward
    from bi.period_listening as period
    left join found
        on
            period.listener_key = found.listener_key
            and extract(year from period.first_date) = found.year
    where period.period_kind = 'year'
)

select
    year.listener_key,
    year.year,
    case
        when year.year >= extract(year from now() at time zone listener.timezone) then 'open'
        when year.certainty = 'exact' then 'closed'
        else year.certainty
    end as status,
    year.play_count,
    year.listen_count,
    year.ms_listened,
    year.ms_estimated,
    year.certainty,
    year.count_certainty,
    year.day_count,
    year.seen_day_count,
    year.partly_seen_day_count,
    year.unseen_day_count,
    year.active_day_count,
    year.artists_carried_forward - year.artists_first_heard as artists_brought_forward,
    year.artists_first_heard,
    year.artists_carried_forward,
    day.play_date as longest_day,
    day.ms_listened as longest_day_ms,
    session.session_date as longest_session_date,
    session.ms_listened as longest_session_ms,
    streak.day_count as longest_streak_day_count,
    streak.certainty as longest_streak_certainty,
    (
        select count(*) from warehouse.etl_gap as gap
        where
            gap.listener_key = year.listener_key
            and gap.closed_at is null
            and gap.gap_start < (year.last_date + 1)::timestamp at time zone listener.timezone
            and gap.gap_end > year.first_date::timestamp at time zone listener.timezone
    )::integer as open_gap_count
from year
inner join warehouse.dim_listener as listener
    on year.listener_key = listener.listener_key
left join bi.period_streak as streak
    on year.listener_key = streak.listener_key and year.period = streak.period
left join lateral (
    select
        hour.play_date,
        sum(hour.ms_measured + hour.ms_estimated)::bigint as ms_listened
    from warehouse.summary_hour as hour
    where
        hour.listener_key = year.listener_key
        and hour.play_date between year.first_date and year.last_date
    group by hour.play_date
    order by ms_listened desc, hour.play_date
    limit 1
) as day on true
left join lateral (
    select
        known.session_date,
        known.ms_listened
    from bi.session as known
    where
        known.listener_key = year.listener_key
        and known.session_date between year.first_date and year.last_date
    order by known.ms_listened desc, known.session_date
    limit 1
) as session on true
where year.play_count > 0;
comment on view bi.year_review is
'Grain: one row per listener and year with plays. A statement of account. Open: the year is not '
'over. Of a year that is over, what is exact is closed; anything else says its word, and the days that '
'were not seen. Artists are carried forward from year to year.';
comment on column bi.year_review.listener_key is 'Whose: bi.listener.';
comment on column bi.year_review.year is 'The year.';
comment on column bi.year_review.status is 'open; of a year that is over closed, about, at least or not fully seen.';
comment on column bi.year_review.play_count is 'Plays that are counted, of any length.';
comment on column bi.year_review.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.year_review.ms_listened is 'Milliseconds listened.';
comment on column bi.year_review.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.year_review.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.year_review.count_certainty is 'Of the counts: exact, at least or not seen.';
comment on column bi.year_review.day_count is 'Days of the year; of the running one, so far.';
comment on column bi.year_review.seen_day_count is 'Of these: wholly seen.';
comment on column bi.year_review.partly_seen_day_count is 'Of these: seen in part.';
comment on column bi.year_review.unseen_day_count is 'Of these: not seen at all.';
comment on column bi.year_review.active_day_count is 'Days with a listen.';
comment on column bi.year_review.artists_brought_forward is 'Artists heard in earlier years.';
comment on column bi.year_review.artists_first_heard is 'Artists heard for the first time.';
comment on column bi.year_review.artists_carried_forward is 'The sum of the two.';
comment on column bi.year_review.longest_day is 'The day with the most time.';
comment on column bi.year_review.longest_day_ms is 'Its milliseconds.';
comment on column bi.year_review.longest_session_date is 'The day on which the longest session began.';
comment on column bi.year_review.longest_session_ms is 'Its milliseconds.';
comment on column bi.year_review.longest_streak_day_count is
'Days of the longest run of days with a listen, as far as it lies in the year.';
comment on column bi.year_review.longest_streak_certainty is 'Of longest_streak_day_count: exact or at least.';
comment on column bi.year_review.open_gap_count is 'Open gaps that reach into the year.';
