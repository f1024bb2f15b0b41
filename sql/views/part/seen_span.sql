-- part.seen_span
-- Grain: one row per listener and stretch of time without a gap in what was seen.
-- Seen is what an import covers, and what polls cover less the open gaps. Polls cover from the
-- first of them, or the oldest play that it showed, to the last contact; that one reaches to
-- now while it is less than a day old: what was played since is late, not lost. A poll that
-- found nothing is contact, too. Where no run has told when it polled, the polled plays do,
-- but none that is dated ahead of the clock. Before the first row of a history's file number 0
-- nothing was played: that time was seen, too.
create view part.seen_span as
with polled as (
    select
        listener.listener_key,
        least(first_poll.first_at, mark.first_polled_at) as first_at,
        coalesce(
            mark.polled_at,
            greatest(
                last_poll.last_at,
                case when mark.watermark_at <= now() then mark.watermark_at end
            )
        ) as last_at
    from warehouse.dim_listener as listener
    cross join
        lateral (
            select min(played_at) as first_at
            from warehouse.source_poll_play
            where listener_key = listener.listener_key
        ) as first_poll
    cross join
        lateral (
            select max(played_at) as last_at
            from warehouse.source_poll_play
            where listener_key = listener.listener_key and played_at <= now()
        ) as last_poll
    left join warehouse.etl_watermark as mark
        on listener.listener_key = mark.listener_key and mark.job = 'get_last_50'
    where least(first_poll.first_at, mark.first_polled_at) <= now()
),

gap as (
    select
        listener_key,
        range_agg(tstzrange(gap_start, gap_end, '()')) as spans
    from warehouse.etl_gap
    where closed_at is null
    group by listener_key
),

span as (
    select
        polled.listener_key,
        unnest(
            tstzmultirange(
                tstzrange(
                    polled.first_at,
                    case
                        when polled.last_at > now() - interval '1 day'
                            then now()
                        else greatest(polled.first_at, polled.last_at)
                    end,
                    '[]'
                )
            )
            - coalesce(gap.spans, '{}')
        ) as seen
    from polled
    left join gap
        on polled.listener_key = gap.listener_key
    union all
    select
        listener_key,
        tstzrange(case when is_from_start then '-infinity' else span_start end, span_end, '[]') as seen
    from warehouse.etl_import_span
),

joined as (
    select
        listener_key,
        unnest(range_agg(seen)) as seen
    from span
    group by listener_key
)

select
    listener_key,
    lower(seen) at time zone 'UTC' as seen_start_utc,
    upper(seen) at time zone 'UTC' as seen_end_utc
from joined;
comment on view part.seen_span is
'Grain: one row per listener and stretch of time without a gap in what was seen. Seen is what an import '
'covers, and what polls cover less the open gaps: from the first of them to the last contact, or to now '
'while that is less than a day old. What was played since is late, not lost.';
comment on column part.seen_span.listener_key is 'Whose: bi.listener.';
comment on column part.seen_span.seen_start_utc is
'First moment of the stretch, UTC; -infinity where a history tells that nothing was played before.';
comment on column part.seen_span.seen_end_utc is 'Last moment of the stretch, UTC.';
