-- bi.seen_month
-- Grain: one row per listener and month, from that of the first play to this one.
-- What the questions about months say how sure they are by. A month is as sure as its days:
-- the first one begins on its first day, and the last one ends now.
create view bi.seen_month as
with month as (
    select
        listener_key,
        date_trunc('month', play_date::timestamp)::date as month_date,
        case
            when bool_and(seen = 'whole') then 'whole'
            when bool_and(seen = 'none') then 'none'
            else 'part'
        end as seen
    from part.seen_day
    where play_date >= date_trunc('month', first_play_date::timestamp)
    group by listener_key, date_trunc('month', play_date::timestamp)
)

select
    month.listener_key,
    month.month_date,
    month.seen,
    month.seen = 'whole' as is_fully_seen,
    measured.certainty as certainty_if_measured,
    estimated.certainty as certainty_if_estimated,
    measured.count_certainty
from month
inner join part.certainty as measured
    on month.seen = measured.seen and measured.has_plays and not measured.is_estimated
inner join part.certainty as estimated
    on month.seen = estimated.seen and estimated.has_plays and estimated.is_estimated;
comment on view bi.seen_month is
'Grain: one row per listener and month, from that of the first play to this one. What the questions '
'about months say how sure they are by. A month is as sure as its days: the first one begins on its '
'first day, and the last one ends now.';
comment on column bi.seen_month.listener_key is 'Whose: bi.listener.';
comment on column bi.seen_month.month_date is 'First day of the month.';
comment on column bi.seen_month.seen is 'How much of it was seen: whole, part or none.';
comment on column bi.seen_month.is_fully_seen is 'No gap in it, and no stretch that nobody looked at.';
comment on column bi.seen_month.certainty_if_measured is
'Of a sum of time with plays, of which none is estimated: exact or at least.';
comment on column bi.seen_month.certainty_if_estimated is
'Of a sum of time with plays, of which some are estimated: about or not fully seen.';
comment on column bi.seen_month.count_certainty is 'Of counts with plays: exact or at least.';
