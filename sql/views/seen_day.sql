-- bi.seen_day
-- Grain: one row per listener and day, from the year in which anybody's first play is to today.
-- How much of a day was seen, before the listener's first play too, for sums of one's own over
-- days of one's own: they were seen whole where each of their days was. All time begins with
-- the first play, asks for the rest of that day alone, and for no day before it.
create view bi.seen_day as
select
    listener_key,
    to_char(play_date, 'YYYYMMDD')::integer as date_key,
    play_date,
    seen,
    case
        when play_date < first_play_date or first_play_date is null then null
        when is_rest_seen then 'whole'
        else seen
    end as all_time_seen
from part.seen_day
where play_date <= today_date;
comment on view bi.seen_day is
'Grain: one row per listener and day, from the year in which anybody''s first play is to today. How much of '
'a day was seen, before the listener''s first play too, for sums of one''s own over days of one''s own: they '
'were seen whole where each of their days was. All time begins with the first play, asks for the rest of '
'that day alone, and for no day before it.';
comment on column bi.seen_day.listener_key is 'Whose: bi.listener.';
comment on column bi.seen_day.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.seen_day.play_date is 'Day on the listener''s calendar.';
comment on column bi.seen_day.seen is
'How much of it was seen: whole, part or none. It begins at midnight; today ends now.';
comment on column bi.seen_day.all_time_seen is
'The same for all time: of the day of the first play only what came after it; null before that day.';
