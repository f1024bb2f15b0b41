-- bi.period_listening
-- Grain: one row per listener and period.
-- The totals of a page, beside those of the period before. An average is over wholly seen
-- days; under seven of them there is none.
create view bi.period_listening as
with day as materialized (
    -- Worked out once, not for every period (benchmark views).
    select
        listener_key,
        play_date,
        seen,
        is_rest_seen,
        play_count,
        listen_count,
        ms_measured + ms_estimated as ms_listened,
        ms_estimated,
        unmeasured_count,
        excluded_play_count,
        excluded_ms
    from part.heard_day
)

select
    period.listener_key,
    period.period,
    period.period_kind,
    period.first_date,
    period.last_date,
    period.day_count,
    heard.seen_day_count,
    period.day_count - heard.seen_day_count - heard.unseen_day_count as partly_seen_day_count,
    heard.unseen_day_count,
    case when word.certainty <> 'not seen' then heard.active_day_count end as active_day_count,
    case when word.certainty <> 'not seen' then heard.play_count end as play_count,
    case when word.certainty <> 'not seen' then heard.listen_count end as listen_count,
    case when word.certainty <> 'not seen' then heard.ms_listened end as ms_listened,
    case when word.certainty <> 'not seen' then heard.ms_estimated end as ms_estimated,
    word.certainty,
    word.count_certainty,
    case
        when heard.seen_day_count >= 7
            then round(heard.ms_when_seen / heard.seen_day_count)::bigint
    end as average_ms,
    case
        when heard.seen_day_count >= 7
            then round(heard.play_count_when_seen::numeric / heard.seen_day_count, 1)::numeric(8, 1)
    end as average_play_count,
    case when previous_word.certainty <> 'not seen' then before.play_count end as previous_play_count,
    case when previous_word.certainty <> 'not seen' then before.listen_count end as previous_listen_count,
    case when previous_word.certainty <> 'not seen' then before.ms_listened end as previous_ms_listened,
    case when previous_word.certainty <> 'not seen' then before.ms_estimated end as previous_ms_estimated,
    previous_word.certainty as previous_certainty,
    previous_word.count_certainty as previous_count_certainty,
    period.seen = 'whole' and coalesce(period.previous_seen = 'whole', false) as is_comparable,
    heard.excluded_play_count,
    heard.excluded_ms
from bi.period as period
cross join
    lateral (
        select
            (count(*) filter (where one.is_seen))::integer as seen_day_count,
            (count(*) filter (where one.seen = 'none' and not one.is_seen))::integer as unseen_day_count,
            (count(*) filter (where one.listen_count > 0))::integer as active_day_count,
            coalesce(sum(one.play_count), 0)::integer as play_count,
            coalesce(sum(one.listen_count), 0)::integer as listen_count,
            coalesce(sum(one.ms_listened), 0)::bigint as ms_listened,
            coalesce(sum(one.ms_estimated), 0)::bigint as ms_estimated,
            coalesce(sum(one.unmeasured_count), 0)::integer as unmeasured_count,
            coalesce(sum(one.excluded_play_count), 0)::integer as excluded_play_count,
            coalesce(sum(one.excluded_ms), 0)::bigint as excluded_ms,
            coalesce(sum(one.play_count) filter (where one.is_seen), 0) as play_count_when_seen,
            coalesce(sum(one.ms_listened) filter (where one.is_seen), 0) as ms_when_seen
        from (
            select
                *,
                case when period.period_kind = 'all' then is_rest_seen else seen = 'whole' end as is_seen
            from day
            where
                listener_key = period.listener_key
                and play_date between period.first_date and period.last_date
        ) as one
    ) as heard
left join lateral (
    select
        coalesce(sum(play_count), 0)::integer as play_count,
        coalesce(sum(listen_count), 0)::integer as listen_count,
        coalesce(sum(ms_measured + ms_estimated), 0)::bigint as ms_listened,
        coalesce(sum(ms_estimated), 0)::bigint as ms_estimated,
        coalesce(sum(unmeasured_count), 0)::integer as unmeasured_count
    from warehouse.summary_hour
    where
        listener_key = period.listener_key
        and play_date between period.previous_first_date and period.previous_last_date
) as before on period.previous_last_date is not null
inner join part.certainty as word
    on
        period.seen = word.seen
        and (heard.play_count > 0) = word.has_plays
        and (heard.unmeasured_count > 0) = word.is_estimated
left join part.certainty as previous_word
    on
        period.previous_seen = previous_word.seen
        and (before.play_count > 0) = previous_word.has_plays
        and (before.unmeasured_count > 0) = previous_word.is_estimated;
comment on view bi.period_listening is
'Grain: one row per listener and period. The totals of a page, beside those of the period before. An '
'average is over wholly seen days; under seven of them there is none.';
comment on column bi.period_listening.listener_key is 'Whose: bi.listener.';
comment on column bi.period_listening.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.period_listening.period_kind is 'days, year or all.';
comment on column bi.period_listening.first_date is 'First day; of all time, that of the first play.';
comment on column bi.period_listening.last_date is 'Last day; today where the period is running.';
comment on column bi.period_listening.day_count is 'Days from first_date to last_date.';
comment on column bi.period_listening.seen_day_count is
'Of these: wholly seen. The running day ends now; the first one of all time begins with the first play.';
comment on column bi.period_listening.partly_seen_day_count is 'Of these: seen in part.';
comment on column bi.period_listening.unseen_day_count is 'Of these: not seen at all.';
comment on column bi.period_listening.active_day_count is 'Days with a listen; null: not seen.';
comment on column bi.period_listening.play_count is 'Plays that are counted, of any length; null: not seen.';
comment on column bi.period_listening.listen_count is
'Of these: 30 seconds or more, or a shorter track heard whole; null: not seen.';
comment on column bi.period_listening.ms_listened is 'Milliseconds listened; null: not seen.';
comment on column bi.period_listening.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.period_listening.certainty is
'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.period_listening.count_certainty is 'Of the counts: exact, at least or not seen.';
comment on column bi.period_listening.average_ms is
'Milliseconds a day, over seen_day_count days; null where these are under seven.';
comment on column bi.period_listening.average_play_count is 'Plays a day, over the same days.';
comment on column bi.period_listening.previous_play_count is
'Plays in the period before; null where it is not known or was not seen.';
comment on column bi.period_listening.previous_listen_count is 'Listens in the period before.';
comment on column bi.period_listening.previous_ms_listened is 'Milliseconds in the period before.';
comment on column bi.period_listening.previous_ms_estimated is 'The part of previous_ms_listened that is estimated.';
comment on column bi.period_listening.previous_certainty is 'Of previous_ms_listened.';
comment on column bi.period_listening.previous_count_certainty is 'Of the counts of the period before.';
comment on column bi.period_listening.is_comparable is 'Both were wholly seen: more and less can be told.';
comment on column bi.period_listening.excluded_play_count is 'Plays that a rule of bi.exclusion leaves out.';
comment on column bi.period_listening.excluded_ms is 'Milliseconds that a rule of bi.exclusion leaves out.';
