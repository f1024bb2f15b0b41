-- bi.daily_report
-- Grain: one row per listener and day, from the first play, or from yesterday, to today.
-- A day beside the thirty days before it. The lists of a day are in bi.daily_top. An average
-- is over wholly seen days; under seven of them there is none.
create view bi.daily_report as
with averaged as (
    select
        day.*,
        (count(*) filter (where day.seen = 'whole') over month_before)::integer as average_day_count,
        round(avg(day.ms_measured + day.ms_estimated) filter (where day.seen = 'whole') over month_before)::bigint
            as average_ms,
        round(avg(day.play_count) filter (where day.seen = 'whole') over month_before, 1)::numeric(8, 1)
            as average_play_count
    from part.heard_day as day
    where day.play_date >= least(day.first_play_date, day.today_date - 1)
    window month_before as (
        partition by day.listener_key order by day.play_date
        rows between 30 preceding and 1 preceding
    )
)

select
    day.listener_key,
    to_char(day.play_date, 'YYYYMMDD')::integer as date_key,
    day.play_date,
    day.play_date = day.today_date as is_today,
    day.play_count,
    day.listen_count,
    day.ms_measured + day.ms_estimated as ms_listened,
    day.ms_estimated,
    day.certainty,
    day.count_certainty,
    case when day.average_day_count >= 7 then day.average_ms end as average_ms,
    case when day.average_day_count >= 7 then day.average_play_count end as average_play_count,
    day.average_day_count,
    case when day.certainty <> 'not seen' then listed.artist_count end as artist_count,
    case when day.certainty <> 'not seen' then listed.guest_count end as guest_count,
    case when day.certainty <> 'not seen' then listed.song_count end as song_count,
    case when day.certainty <> 'not seen' then listed.new_artist_count end as new_artist_count,
    case when day.certainty <> 'not seen' then session.session_count end as session_count,
    case when day.certainty <> 'not seen' then session.longest_session_ms end as longest_session_ms,
    day.excluded_play_count,
    (
        select count(*) from warehouse.etl_gap as gap
        where gap.listener_key = day.listener_key and gap.closed_at is null
    )::integer as open_gap_count
from averaged as day
cross join
    lateral (
        select
            (count(*) filter (where top.list = 'artist'))::integer as artist_count,
            (count(*) filter (where top.list = 'guest'))::integer as guest_count,
            (count(*) filter (where top.list = 'song'))::integer as song_count,
            (count(*) filter (where top.list = 'new artist'))::integer as new_artist_count
        from bi.daily_top as top
        where top.listener_key = day.listener_key and top.play_date = day.play_date
    ) as listed
cross join lateral (
    select
        count(*)::integer as session_count,
        coalesce(max(known.ms_listened), 0)::bigint as longest_session_ms
    from bi.session as known
    where known.listener_key = day.listener_key and known.session_date = day.play_date
) as session;
comment on view bi.daily_report is
'Grain: one row per listener and day, from the first play, or from yesterday, to today. A day beside the thirty days '
'before it. The lists of a day are in bi.daily_top. An average is over wholly seen days; under seven of '
'them there is none.';
comment on column bi.daily_report.listener_key is 'Whose: bi.listener.';
comment on column bi.daily_report.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.daily_report.play_date is 'Day on the listeners calendar.';
comment on column bi.daily_report.is_today is 'The running day.';
comment on column bi.daily_report.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column bi.daily_report.listen_count is
'Of these: 30 seconds or more, or a shorter track heard whole; null: not seen.';
comment on column bi.daily_report.ms_listened is 'Milliseconds listened; null: not seen.';
comment on column bi.daily_report.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.daily_report.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.daily_report.count_certainty is 'Of the counts: exact, at least or not seen.';
comment on column bi.daily_report.average_ms is
'Milliseconds a day in the thirty days before, over the wholly seen ones; null where these are under seven.';
comment on column bi.daily_report.average_play_count is 'Plays a day, over the same days.';
comment on column bi.daily_report.average_day_count is 'How many of the thirty days before were wholly seen.';
comment on column bi.daily_report.artist_count is 'Artists heard as main; null: not seen.';
comment on column bi.daily_report.guest_count is 'Artists heard as featured; null: not seen.';
comment on column bi.daily_report.song_count is 'Songs heard; null: not seen.';
comment on column bi.daily_report.new_artist_count is 'Artists heard for the first time; null: not seen.';
comment on column bi.daily_report.session_count is 'Sessions that began that day; null: not seen.';
comment on column bi.daily_report.longest_session_ms is 'Milliseconds listened in the longest of them; null: not seen.';
comment on column bi.daily_report.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.daily_report.open_gap_count is 'Open gaps of the listener, of any day.';
