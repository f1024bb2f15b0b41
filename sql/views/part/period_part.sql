-- part.period_part
-- Grain: one row per listener, period, and part of it that is added up in one way.
-- What the questions about periods are made of. Whole months come from the summary of
-- months, all time from the summary of tracks, and the days at the edges from the plays. The
-- running month is whole where nothing in it lies after today; a row that a wrong clock has
-- dated ahead belongs to its own day, as in bi.period_listening.
create view part.period_part as
with newest as (
    select
        listener.listener_key,
        (latest.played_at at time zone listener.timezone)::date as play_date
    from warehouse.dim_listener as listener
    cross join lateral (
        select max(play.played_at) as played_at
        from warehouse.fact_play as play
        where play.listener_key = listener.listener_key
    ) as latest
),

stretch as (
    select
        period.listener_key,
        period.period,
        period.period_kind,
        false as is_previous,
        case
            when period.first_date <= period.first_play_date then date_trunc('month', period.first_date)::date
            else period.first_date
        end as from_date,
        case
            when period.last_date >= period.today_date and period.last_date >= newest.play_date
                then (date_trunc('month', period.last_date) + interval '1 month')::date
            else period.last_date + 1
        end as to_date
    from bi.period as period
    inner join newest
        on period.listener_key = newest.listener_key
    union all
    select
        listener_key,
        period,
        period_kind,
        true as is_previous,
        case
            when previous_first_date <= first_play_date
                then date_trunc('month', previous_first_date)::date
            else previous_first_date
        end as from_date,
        previous_last_date + 1 as to_date
    from bi.period
    where previous_last_date is not null
),

month as (
    select
        stretch.*,
        (date_trunc('month', from_date + interval '1 month' - interval '1 day'))::date
            as first_month,
        date_trunc('month', to_date)::date as end_month
    from stretch
),

piece as (
    select
        month.*,
        'track' as source,
        from_date as piece_start,
        to_date as piece_end
    from month
    where period_kind = 'all'
    union all
    select
        month.*,
        'month' as source,
        first_month as piece_start,
        end_month as piece_end
    from month
    where period_kind <> 'all' and first_month < end_month
    union all
    select
        month.*,
        'day' as source,
        from_date as piece_start,
        case when first_month < end_month then first_month else to_date end as piece_end
    from month
    where period_kind <> 'all'
    union all
    select
        month.*,
        'day' as source,
        end_month as piece_start,
        to_date as piece_end
    from month
    where period_kind <> 'all' and first_month < end_month
)

select
    piece.listener_key,
    piece.period,
    piece.is_previous,
    piece.source,
    piece.piece_start as from_date,
    piece.piece_end as to_date,
    piece.piece_start::timestamp at time zone listener.timezone at time zone 'UTC' as from_utc,
    piece.piece_end::timestamp at time zone listener.timezone at time zone 'UTC' as to_utc
from piece
inner join warehouse.dim_listener as listener
    on piece.listener_key = listener.listener_key
where piece.piece_start < piece.piece_end;
comment on view part.period_part is
'Grain: one row per listener, period, and part of it that is added up in one way. What the questions '
'about periods are made of. Whole months come from the summary of months, all time from the '
'summary of tracks, and the days at the edges from the plays.';
comment on column part.period_part.listener_key is 'Whose: bi.listener.';
comment on column part.period_part.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column part.period_part.is_previous is 'Belongs to the period before.';
comment on column part.period_part.source is 'track, month or day: what is added up.';
comment on column part.period_part.from_date is 'First day of the part.';
comment on column part.period_part.to_date is 'The day after its last.';
comment on column part.period_part.from_utc is 'The same as a moment, UTC.';
comment on column part.period_part.to_utc is 'The same as a moment, UTC.';
