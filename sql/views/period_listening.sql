-- bi.period_listening
-- Grain: one row per listener and period.
-- The totals of a page, beside those of the period before.
create view bi.period_listening as
select
    period.listener_key,
    period.period,
    period.period_kind,
    period.first_date,
    period.last_date,
    period.day_count,
    heard.active_day_count,
    heard.play_count,
    heard.listen_count,
    heard.ms_listened,
    heard.ms_estimated,
    word.certainty,
    word.count_certainty,
    before.play_count as previous_play_count,
    before.listen_count as previous_listen_count,
    before.ms_listened as previous_ms_listened,
    before.ms_estimated as previous_ms_estimated,
    previous_word.certainty as previous_certainty,
    heard.excluded_play_count,
    heard.excluded_ms
from bi.period as period
cross join
    lateral (
        select
            (count(distinct play_date) filter (where listen_count > 0))::integer as active_day_count,
            coalesce(sum(play_count), 0)::integer as play_count,
            coalesce(sum(listen_count), 0)::integer as listen_count,
            coalesce(sum(ms_measured + ms_estimated), 0)::bigint as ms_listened,
            coalesce(sum(ms_estimated), 0)::bigint as ms_estimated,
            coalesce(sum(excluded_play_count), 0)::integer as excluded_play_count,
            coalesce(sum(excluded_ms), 0)::bigint as excluded_ms
        from warehouse.summary_hour
        where
            listener_key = period.listener_key
            and play_date between period.first_date and period.last_date
    ) as heard
left join lateral (
    select
        coalesce(sum(play_count), 0)::integer as play_count,
        coalesce(sum(listen_count), 0)::integer as listen_count,
        coalesce(sum(ms_measured + ms_estimated), 0)::bigint as ms_listened,
        coalesce(sum(ms_estimated), 0)::bigint as ms_estimated
    from warehouse.summary_hour
    where
        listener_key = period.listener_key
        and play_date between period.previous_first_date and period.previous_last_date
) as before on period.previous_last_date is not null
inner join part.certainty as word
    on
        period.is_fully_seen = word.is_fully_seen
        and (heard.ms_estimated > 0) = word.is_estimated
left join part.certainty as previous_word
    on
        period.is_previous_fully_seen = previous_word.is_fully_seen
        and (before.ms_estimated > 0) = previous_word.is_estimated;
comment on view bi.period_listening is
'Grain: one row per listener and period. The totals of a page, beside those of the period before.';
comment on column bi.period_listening.listener_key is 'Whose: bi.listener.';
comment on column bi.period_listening.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.period_listening.period_kind is 'days, year or all.';
comment on column bi.period_listening.first_date is 'First day, not before the first play.';
comment on column bi.period_listening.last_date is 'Last day; today where the period is running.';
comment on column bi.period_listening.day_count is 'Days from first_date to last_date.';
comment on column bi.period_listening.active_day_count is 'Days with a listen.';
comment on column bi.period_listening.play_count is 'Plays that are counted, of any length.';
comment on column bi.period_listening.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.period_listening.ms_listened is 'Milliseconds listened.';
comment on column bi.period_listening.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.period_listening.certainty is 'Of ms_listened: exact, about, at least or not fully seen.';
comment on column bi.period_listening.count_certainty is 'Of the counts: exact or at least.';
comment on column bi.period_listening.previous_play_count is 'Plays in the period before; null where it is not known.';
comment on column bi.period_listening.previous_listen_count is 'Listens in the period before.';
comment on column bi.period_listening.previous_ms_listened is 'Milliseconds in the period before.';
comment on column bi.period_listening.previous_ms_estimated is 'The part of previous_ms_listened that is estimated.';
comment on column bi.period_listening.previous_certainty is 'Of previous_ms_listened.';
comment on column bi.period_listening.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.period_listening.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
