-- bi.daily_listening
-- Grain: one row per listener and day, from the first play to today.
-- Days without a play are there too, with zeros.
create view bi.daily_listening as
select
    day.listener_key,
    day.date_key,
    day.play_date,
    day.play_count,
    day.listen_count,
    day.ms_measured + day.ms_estimated as ms_listened,
    day.ms_estimated,
    word.certainty,
    word.count_certainty,
    day.excluded_play_count,
    day.excluded_ms
from bi.coverage as day
inner join part.certainty as word
    on
        (day.status = 'complete') = word.is_fully_seen
        and (day.ms_estimated > 0) = word.is_estimated;
comment on view bi.daily_listening is
'Grain: one row per listener and day, from the first play to today. Days without a play are there too, with zeros.';
comment on column bi.daily_listening.listener_key is 'Whose: bi.listener.';
comment on column bi.daily_listening.date_key is 'The day as yyyymmdd: bi.calendar.';
comment on column bi.daily_listening.play_date is 'Day on the listeners calendar.';
comment on column bi.daily_listening.play_count is 'Plays that are counted, of any length.';
comment on column bi.daily_listening.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.daily_listening.ms_listened is 'Milliseconds listened.';
comment on column bi.daily_listening.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.daily_listening.certainty is 'Of ms_listened: exact, about, at least or not fully seen.';
comment on column bi.daily_listening.count_certainty is 'Of the counts: exact or at least.';
comment on column bi.daily_listening.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.daily_listening.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
