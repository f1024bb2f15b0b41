-- Compare a sample of the summaries with what the plays say: a few months of each listener.
-- Read: how many months were looked at, and how many of them differ. Whose summaries wait to be
-- derived again is left out; that is no fault. All sessions together hold every counted play.
with listener as (
    select
        who.listener_key,
        who.timezone
    from warehouse.dim_listener as who
    where who.listener_key not in (select waiting.listener_key from part.waiting_listener as waiting)
),

heard_month as (
    select
        listener.listener_key,
        turn.month_start::date as month_date
    from listener
    cross join
        lateral (
            select
                min(played_at) at time zone listener.timezone as first_at,
                max(played_at) at time zone listener.timezone as last_at
            from warehouse.fact_play
            where listener_key = listener.listener_key
        ) as play
    cross join
        lateral (
            select
                min(play_date)::timestamp as first_at,
                max(play_date)::timestamp as last_at
            from warehouse.summary_hour
            where listener_key = listener.listener_key
        ) as kept
    cross join lateral generate_series(
        date_trunc('month', least(play.first_at, kept.first_at)),
        greatest(play.last_at, kept.last_at),
        interval '1 month'
    ) as turn (month_start)
),

sampled as (
    select
        listener.listener_key,
        month.month_date,
        month.month_date::timestamp at time zone listener.timezone as month_start,
        (month.month_date + interval '1 month') at time zone listener.timezone as month_end
    from listener
    cross join lateral (
        select heard_month.month_date
        from heard_month
        where heard_month.listener_key = listener.listener_key
        order by random()
        limit %(month_count)s
    ) as month
),

play as (
    select
        sampled.listener_key,
        sampled.month_date,
        timed.played_at_local::date as play_date,
        extract(hour from timed.played_at_local)::smallint as hour_of_day,
        timed.track_key,
        timed.played_at,
        timed.is_counted,
        timed.is_listen,
        timed.is_estimated,
        timed.ms_listened,
        detail.is_skip
    from sampled
    cross join
        lateral (
            select * from part.timed_play as every
            where
                every.listener_key = sampled.listener_key
                and every.played_at >= sampled.month_start
                and every.played_at < sampled.month_end
        ) as timed
    left join part.play_detail as detail
        on timed.play_detail_key = detail.play_detail_key
),

by_hour as (
    select
        listener_key,
        month_date,
        play_date,
        hour_of_day,
        count(*) filter (where is_counted) as play_count,
        count(*) filter (where is_counted and is_listen) as listen_count,
        coalesce(sum(ms_listened) filter (where is_counted and not is_estimated), 0) as ms_measured,
        coalesce(sum(ms_listened) filter (where is_counted and is_estimated), 0) as ms_estimated,
        count(*) filter (where not is_counted) as excluded_play_count,
        coalesce(sum(ms_listened) filter (where not is_counted), 0) as excluded_ms
    from play
    group by listener_key, month_date, play_date, hour_of_day
),

by_track as (
    select
        listener_key,
        month_date,
        track_key,
        count(*) as play_count,
        count(*) filter (where is_listen) as listen_count,
        count(is_skip) as judged_count,
        count(*) filter (where is_skip) as skip_count,
        sum(ms_listened) as ms_listened,
        min(played_at) filter (where is_listen) as first_listen_at
    from play
    where is_counted
    group by listener_key, month_date, track_key
),

wrong as (
    select
        sampled.listener_key,
        sampled.month_date
    from sampled
    where
        exists (
            (
                select
                    play_date,
                    hour_of_day,
                    play_count,
                    listen_count,
                    ms_measured,
                    ms_estimated,
                    excluded_play_count,
                    excluded_ms
                from by_hour
                where by_hour.listener_key = sampled.listener_key and by_hour.month_date = sampled.month_date
            )
            except
            select
                play_date,
                hour_of_day,
                play_count,
                listen_count,
                ms_measured,
                ms_estimated,
                excluded_play_count,
                excluded_ms
            from warehouse.summary_hour
            where listener_key = sampled.listener_key
        )
        or (
            select count(*) from by_hour
            where by_hour.listener_key = sampled.listener_key and by_hour.month_date = sampled.month_date
        )
        <> (
            select count(*) from warehouse.summary_hour as kept
            where
                kept.listener_key = sampled.listener_key
                and kept.play_date >= sampled.month_date
                and kept.play_date < sampled.month_date + interval '1 month'
        )
        or exists (
            (
                select
                    track_key,
                    play_count,
                    listen_count,
                    judged_count,
                    skip_count,
                    ms_listened,
                    first_listen_at
                from by_track
                where by_track.listener_key = sampled.listener_key and by_track.month_date = sampled.month_date
            )
            except
            select
                track_key,
                play_count,
                listen_count,
                judged_count,
                skip_count,
                ms_measured + ms_estimated as ms_listened,
                first_listen_at
            from warehouse.summary_month_track
            where listener_key = sampled.listener_key and month_date = sampled.month_date
        )
        or (
            select count(*) from by_track
            where by_track.listener_key = sampled.listener_key and by_track.month_date = sampled.month_date
        )
        <> (
            select count(*) from warehouse.summary_month_track as kept
            where kept.listener_key = sampled.listener_key and kept.month_date = sampled.month_date
        )
    union all
    select
        listener.listener_key,
        null as month_date
    from listener
    cross join
        lateral (
            select
                coalesce(sum(play_count), 0) as play_count,
                coalesce(sum(ms_measured + ms_estimated), 0) as ms
            from warehouse.summary_hour
            where listener_key = listener.listener_key
        ) as by_time
    cross join
        lateral (
            select
                coalesce(sum(play_count), 0) as play_count,
                coalesce(sum(ms_measured + ms_estimated), 0) as ms
            from warehouse.summary_session
            where listener_key = listener.listener_key
        ) as in_sessions
    cross join
        lateral (
            select
                coalesce(sum(play_count), 0) as play_count,
                coalesce(sum(ms_measured + ms_estimated), 0) as ms
            from warehouse.summary_track
            where listener_key = listener.listener_key
        ) as by_tracks
    where
        (by_time.play_count, by_time.ms) <> (in_sessions.play_count, in_sessions.ms)
        or (by_time.play_count, by_time.ms) <> (by_tracks.play_count, by_tracks.ms)
)

select
    (select count(*) from sampled) as month_count,
    (select count(*) from wrong) as wrong_count;
