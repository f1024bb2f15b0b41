-- bi.comeback
-- Grain: one row per listener, artist and return after a year or more without a listen.
-- A skip does not end the silence; what was heard of it counts to the time before, up to the
-- month of the return. The time since begins with that month: the two are all there is.
-- At least: the silence was not fully seen, so it may have been none.
-- A silence of a year never lies within a calendar year, so the plays are added up by year:
-- far fewer rows than by month, and the same answer; only the months of a returning year that
-- lie before the return are looked up.
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
    where credit.artist_key <> 0
    group by summary.listener_key, credit.artist_key, date_part('year', summary.month_date)
),

followed as (
    select
        active.*,
        -- Of years in which nothing but skips was heard, this is that of a year before.
        max(last_listen_at) over (in_time rows between unbounded preceding and 1 preceding)
            as left_at,
        sum(ms_listened) over in_time as ms_so_far,
        sum(ms_listened) over (partition by listener_key, artist_key) as ms_in_all
    from active
    window in_time as (partition by listener_key, artist_key order by year)
),

returned as (
    select
        followed.listener_key,
        followed.artist_key,
        followed.left_at,
        followed.first_listen_at,
        followed.ms_in_all,
        followed.ms_so_far - followed.ms_listened as ms_before,
        make_date(followed.year::integer, 1, 1) as year_date,
        date_trunc('month', followed.first_listen_at at time zone listener.timezone) as month_date,
        listener.timezone
    from followed
    inner join warehouse.dim_listener as listener
        on followed.listener_key = listener.listener_key
    where
        followed.first_listen_at at time zone 'UTC'
        >= followed.left_at at time zone 'UTC' + interval '1 year'
),

-- Before the return nothing of the artist was heard that year: only months of tracks without a
-- listen are asked, all at once, not return by return (benchmark views).
skipped as (
    select
        returned.listener_key,
        returned.artist_key,
        returned.left_at,
        sum(summary.ms_measured + summary.ms_estimated) as ms_listened
    from warehouse.summary_month_track as summary
    inner join bi.track_artist as credit
        on summary.track_key = credit.track_key
    inner join returned
        on
            summary.listener_key = returned.listener_key
            and credit.artist_key = returned.artist_key
            and summary.month_date >= returned.year_date
            and summary.month_date < returned.month_date
    where summary.first_listen_at is null
    group by returned.listener_key, returned.artist_key, returned.left_at
),

known as (
    select
        returned.listener_key,
        returned.artist_key,
        returned.left_at,
        returned.first_listen_at,
        returned.ms_in_all,
        returned.ms_before + coalesce(skipped.ms_listened, 0) as ms_before,
        returned.timezone
    from returned
    left join skipped
        on
            returned.listener_key = skipped.listener_key
            and returned.artist_key = skipped.artist_key
            and returned.left_at = skipped.left_at
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
    known.listener_key,
    known.artist_key,
    artist.artist_name,
    (known.left_at at time zone known.timezone)::date as last_heard_date,
    (known.first_listen_at at time zone known.timezone)::date as returned_date,
    (known.first_listen_at at time zone known.timezone)::date
    - (known.left_at at time zone known.timezone)::date as away_day_count,
    known.ms_before::bigint as ms_before,
    (known.ms_in_all - known.ms_before)::bigint as ms_since,
    case
        when
            span.seen @> tsrange(
                known.left_at at time zone 'UTC',
                known.first_listen_at at time zone 'UTC',
                '[]'
            )
            then 'exact'
        else 'not fully seen'
    end as certainty
from known
inner join bi.artist as artist
    on known.artist_key = artist.artist_key
left join span
    on known.listener_key = span.listener_key;
comment on view bi.comeback is
'Grain: one row per listener, artist and return after a year or more without a listen. A skip '
'does not end the silence; what was heard of it counts to the time before, up to the month of the return. '
'At least: the silence was not fully seen, so it may have been none.';
comment on column bi.comeback.listener_key is 'Whose: bi.listener.';
comment on column bi.comeback.artist_key is 'The artist: bi.artist.';
comment on column bi.comeback.artist_name is 'Name.';
comment on column bi.comeback.last_heard_date is 'Day of the last listen before the silence.';
comment on column bi.comeback.returned_date is 'Day of the first listen after it.';
comment on column bi.comeback.away_day_count is 'Days between the two.';
comment on column bi.comeback.ms_before is
'Milliseconds listened before the month of the return, skips in the silence included.';
comment on column bi.comeback.ms_since is 'Milliseconds listened since, from the month of the return on.';
comment on column bi.comeback.certainty is 'Of the silence: exact or not fully seen.';
