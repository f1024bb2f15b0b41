-- bi.daily_listening
-- Grain: one row per listener and day, from the first play to today.
-- Days without a play are there too: with zeros where they were seen, with nulls where not.
create view bi.daily_listening as
select
    listener_key,
    to_char(play_date, 'YYYYMMDD')::integer as date_key,
    play_date,
    play_count,
    listen_count,
    ms_measured + ms_estimated as ms_listened,
    ms_estimated,
    certainty,
    count_certainty,
    excluded_play_count,
    excluded_ms
from part.heard_day
where play_date >= first_play_date;
comment on view bi.daily_listening is
'Grain: one row per listener and day, from the first play to today. Days without a play are there '
'too: with zeros where they were seen, with nulls where not.';
comment on column bi.daily_listening.listener_key is 'Whose: bi.listener.';
comment on column bi.daily_listening.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.daily_listening.play_date is 'Day on the listeners calendar.';
comment on column bi.daily_listening.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column bi.daily_listening.listen_count is
'Of these: 30 seconds or more, or a shorter track heard whole; null: not seen.';
comment on column bi.daily_listening.ms_listened is 'Milliseconds listened; null: not seen.';
comment on column bi.daily_listening.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.daily_listening.certainty is
'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.daily_listening.count_certainty is 'Of the counts: exact, at least or not seen.';
comment on column bi.daily_listening.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.daily_listening.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
