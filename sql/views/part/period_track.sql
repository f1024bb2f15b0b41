-- part.period_track
-- Grain: one row per listener, period and track heard in it or in the period before.
-- What top lists and skip rates are made of. Counted plays only.
create view part.period_track as
select
    piece.listener_key,
    piece.period,
    heard.track_key,
    coalesce(sum(heard.play_count) filter (where not piece.is_previous), 0)::integer as play_count,
    coalesce(sum(heard.listen_count) filter (where not piece.is_previous), 0)::integer
        as listen_count,
    coalesce(sum(heard.ms_listened) filter (where not piece.is_previous), 0)::bigint as ms_listened,
    coalesce(sum(heard.ms_estimated) filter (where not piece.is_previous), 0)::bigint
        as ms_estimated,
    coalesce(sum(heard.unmeasured_count) filter (where not piece.is_previous), 0)::integer
        as unmeasured_count,
    coalesce(sum(heard.judged_count) filter (where not piece.is_previous), 0)::integer
        as judged_count,
    coalesce(sum(heard.skip_count) filter (where not piece.is_previous), 0)::integer as skip_count,
    coalesce(sum(heard.reasoned_count) filter (where not piece.is_previous), 0)::integer
        as reasoned_count,
    coalesce(sum(heard.play_count) filter (where piece.is_previous), 0)::integer
        as previous_play_count,
    coalesce(sum(heard.ms_listened) filter (where piece.is_previous), 0)::bigint
        as previous_ms_listened
from part.period_part as piece
cross join
    lateral (
        select
            track_key,
            play_count,
            listen_count,
            ms_measured + ms_estimated as ms_listened,
            ms_estimated,
            unmeasured_count,
            judged_count,
            skip_count,
            reasoned_count
        from warehouse.summary_track
        where piece.source = 'track' and listener_key = piece.listener_key
        union all
        select
            track_key,
            play_count,
            listen_count,
            ms_measured + ms_estimated as ms_listened,
            ms_estimated,
            unmeasured_count,
            judged_count,
            skip_count,
            reasoned_count
        from warehouse.summary_month_track
        where
            piece.source = 'month'
            and listener_key = piece.listener_key
            and month_date >= piece.from_date
            and month_date < piece.to_date
        union all
        select
            day.track_key,
            1 as play_count,
            day.is_listen::integer as listen_count,
            day.ms_listened,
            case when day.is_estimated then day.ms_listened else 0 end as ms_estimated,
            day.is_estimated::integer as unmeasured_count,
            (day.is_skip is not null)::integer as judged_count,
            coalesce(day.is_skip, false)::integer as skip_count,
            coalesce(day.is_reasoned, false)::integer as reasoned_count
        from (
            select
                play.track_key,
                play.is_listen,
                play.ms_listened,
                play.is_estimated,
                detail.is_skip,
                detail.is_reasoned
            from part.timed_play as play
            left join part.play_detail as detail
                on play.play_detail_key = detail.play_detail_key
            where
                piece.source = 'day'
                and play.listener_key = piece.listener_key
                and play.played_at >= piece.from_utc at time zone 'UTC'
                and play.played_at < piece.to_utc at time zone 'UTC'
                and play.is_counted
            -- A fence: merged, the look-up behind ms_listened would run once for each use.
            offset 0 -- noqa: AM09
        ) as day
    ) as heard
group by piece.listener_key, piece.period, heard.track_key;
comment on view part.period_track is
'Grain: one row per listener, period and track heard in it or in the period before. What top lists and '
'skip rates are made of. Counted plays only.';
comment on column part.period_track.listener_key is 'Whose: bi.listener.';
comment on column part.period_track.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column part.period_track.track_key is 'What was heard: bi.track.';
comment on column part.period_track.play_count is 'Plays that are counted, of any length.';
comment on column part.period_track.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column part.period_track.ms_listened is 'Milliseconds listened.';
comment on column part.period_track.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column part.period_track.unmeasured_count is 'Of these: plays whose time nobody measured.';
comment on column part.period_track.judged_count is 'Plays of which the export says whether they were skipped.';
comment on column part.period_track.skip_count is 'Of these: skipped.';
comment on column part.period_track.reasoned_count is
'Of the judged: without Spotify''s flag, judged by why they ended.';
comment on column part.period_track.previous_play_count is 'Plays in the period before.';
comment on column part.period_track.previous_ms_listened is 'Milliseconds in the period before.';
