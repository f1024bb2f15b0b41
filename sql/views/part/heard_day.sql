-- part.heard_day
-- Grain: one row per listener and day, from the first that a period holds to today.
-- What was heard on a day, how much of it was seen, and the words for both. Where nothing was
-- seen and nothing is known, there is no number.
create view part.heard_day as
with heard as (
    select
        listener_key,
        play_date,
        sum(play_count) as play_count,
        sum(listen_count) as listen_count,
        sum(ms_measured) as ms_measured,
        sum(ms_estimated) as ms_estimated,
        sum(unmeasured_count) as unmeasured_count,
        sum(excluded_play_count) as excluded_play_count,
        sum(excluded_ms) as excluded_ms
    from warehouse.summary_hour
    group by listener_key, play_date
),

-- Laid together, not joined: nobody can tell a planner how many days there are (benchmark views).
piece as (
    select
        listener_key,
        play_date,
        first_play_date,
        today_date,
        start_utc,
        end_utc,
        seen,
        is_rest_seen,
        0 as play_count,
        0 as listen_count,
        0 as ms_measured,
        0 as ms_estimated,
        0 as unmeasured_count,
        0 as excluded_play_count,
        0 as excluded_ms
    from part.seen_day
    union all
    select
        listener_key,
        play_date,
        null as first_play_date,
        null as today_date,
        null as start_utc,
        null as end_utc,
        null as seen,
        null as is_rest_seen,
        play_count,
        listen_count,
        ms_measured,
        ms_estimated,
        unmeasured_count,
        excluded_play_count,
        excluded_ms
    from heard
),

day as (
    select
        listener_key,
        play_date,
        max(first_play_date) as first_play_date,
        max(today_date) as today_date,
        max(start_utc) as start_utc,
        max(end_utc) as end_utc,
        max(seen) as seen,
        bool_or(is_rest_seen) as is_rest_seen,
        sum(play_count)::integer as play_count,
        sum(listen_count)::integer as listen_count,
        sum(ms_measured)::bigint as ms_measured,
        sum(ms_estimated)::bigint as ms_estimated,
        sum(unmeasured_count)::integer as unmeasured_count,
        sum(excluded_play_count)::integer as excluded_play_count,
        sum(excluded_ms)::bigint as excluded_ms
    from piece
    group by listener_key, play_date
)

select
    day.listener_key,
    day.play_date,
    day.first_play_date,
    day.today_date,
    day.start_utc,
    day.end_utc,
    day.seen,
    day.is_rest_seen,
    case when word.certainty <> 'not seen' then day.play_count end as play_count,
    case when word.certainty <> 'not seen' then day.listen_count end as listen_count,
    case when word.certainty <> 'not seen' then day.ms_measured end as ms_measured,
    case when word.certainty <> 'not seen' then day.ms_estimated end as ms_estimated,
    day.unmeasured_count,
    day.excluded_play_count,
    day.excluded_ms,
    word.certainty,
    word.count_certainty
from day
inner join part.certainty as word
    on
        day.seen = word.seen
        and (day.play_count > 0) = word.has_plays
        and (day.unmeasured_count > 0) = word.is_estimated;
comment on view part.heard_day is
'Grain: one row per listener and day, from the first that a period holds to today. What was heard on a '
'day, how much of it was seen, and the words for both. Where nothing was seen and nothing is known, '
'there is no number.';
comment on column part.heard_day.listener_key is 'Whose: bi.listener.';
comment on column part.heard_day.play_date is 'Day on the listeners calendar.';
comment on column part.heard_day.first_play_date is 'Day of the first play there is.';
comment on column part.heard_day.today_date is 'Today on the listeners calendar.';
comment on column part.heard_day.start_utc is 'Midnight with which it begins, UTC.';
comment on column part.heard_day.end_utc is 'Midnight with which it ends, UTC.';
comment on column part.heard_day.seen is 'whole, part or none.';
comment on column part.heard_day.is_rest_seen is
'All of it was seen; on the day of the first play: all of it from then on.';
comment on column part.heard_day.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column part.heard_day.listen_count is
'Of these: 30 seconds or more, or a shorter track heard whole; null: not seen.';
comment on column part.heard_day.ms_measured is 'Milliseconds listened, measured; null: not seen.';
comment on column part.heard_day.ms_estimated is 'Milliseconds listened, estimated; null: not seen.';
comment on column part.heard_day.unmeasured_count is 'Counted plays whose time nobody measured.';
comment on column part.heard_day.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column part.heard_day.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
comment on column part.heard_day.certainty is 'Of the time: exact, about, at least, not fully seen or not seen.';
comment on column part.heard_day.count_certainty is 'Of the counts: exact, at least or not seen.';
