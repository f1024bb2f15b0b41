-- bi.comeback
-- Grain: one row per listener, artist and return after a year or more without a listen.
-- At least: the silence was not fully seen, so it may have been none.
-- A silence of a year never lies within a calendar year, so the plays are added up by year:
-- far fewer rows than by month, and the same answer. They are put in order by their first
-- listen, not by year, so that the planner adds up without sorting every month first.
create view bi.comeback as
with active as (
    select
        summary.listener_key,
        credit.artist_key,
        date_part('year', summary.month_date) as year,
        min(summary.first_listen_at) as first_listen_at,
        max(summary.last_listen_at) as last_listen_at,
        sum(summary.ms_measured + summary.ms_estimated) as ms_listened
    from warehouse.summary_month_track as summary
    inner join bi.track_artist as credit
        on summary.track_key = credit.track_key
    where summary.first_listen_at is not null
    group by summary.listener_key, credit.artist_key, date_part('year', summary.month_date)
),

followed as (
    select
        active.*,
        lag(last_listen_at) over in_time as left_at,
        sum(ms_listened) over in_time as ms_so_far,
        sum(ms_listened) over (partition by listener_key, artist_key) as ms_in_all
    from active
    window in_time as (partition by listener_key, artist_key order by first_listen_at)
),

-- Worked out once, not for every return.
span as materialized (
    select
        listener_key,
        range_agg(tsrange(seen_start_utc, seen_end_utc, '[]')) as seen
    from part.seen_span
    group by listener_key
)

select
    followed.listener_key,
    followed.artist_key,
    artist.artist_name,
    (followed.left_at at time zone listener.timezone)::date as last_heard_date,
    (followed.first_listen_at at time zone listener.timezone)::date as returned_date,
    (followed.first_listen_at at time zone listener.timezone)::date
    - (followed.left_at at time zone listener.timezone)::date as away_day_count,
    (followed.ms_so_far - followed.ms_listened)::bigint as ms_before,
    (followed.ms_in_all - followed.ms_so_far + followed.ms_listened)::bigint as ms_since,
    case
        when
            span.seen @> tsrange(
                followed.left_at at time zone 'UTC',
                followed.first_listen_at at time zone 'UTC',
                '[]'
            )
            then 'exact'
        else 'not fully seen'
    end as certainty
from followed
inner join warehouse.dim_listener as listener
    on followed.listener_key = listener.listener_key
inner join bi.artist as artist
    on followed.artist_key = artist.artist_key
left join span
    on followed.listener_key = span.listener_key
where
    followed.first_listen_at at time zone 'UTC'
    >= followed.left_at at time zone 'UTC' + interval '1 year';
comment on view bi.comeback is
'Grain: one row per listener, artist and return after a year or more without a listen. At least: '
'the silence was not fully seen, so it may have been none.';
comment on column bi.comeback.listener_key is 'Whose: bi.listener.';
comment on column bi.comeback.artist_key is 'The artist: bi.artist.';
comment on column bi.comeback.artist_name is 'Name.';
comment on column bi.comeback.last_heard_date is 'Day of the last listen before the silence.';
comment on column bi.comeback.returned_date is 'Day of the first listen after it.';
comment on column bi.comeback.away_day_count is 'Days between the two.';
comment on column bi.comeback.ms_before is 'Milliseconds listened before the silence.';
comment on column bi.comeback.ms_since is 'Milliseconds listened since.';
comment on column bi.comeback.certainty is 'Of the silence: exact or not fully seen.';
