-- Note the stretches of time that an import covers, and how well its plays met the polls there.
insert into warehouse.etl_import_span (listener_key, span_start, span_end, source_name)
select
    %(listener_key)s as listener_key,
    span.span_start,
    span.span_end,
    min(span.source_name) as source_name
from
    unnest(%(span_start)s::timestamptz[], %(span_end)s::timestamptz[], %(source_name)s::text[])
        as span (span_start, span_end, source_name)
group by span.span_start, span.span_end
order by span.span_start, span.span_end
on conflict on constraint etl_import_span_pk do nothing;

with span as (
    select
        span.span_start,
        span.span_end
    from unnest(%(span_start)s::timestamptz[], %(span_end)s::timestamptz[])
        as span (span_start, span_end)
)

select
    (
        select count(*)
        from warehouse.source_poll_play as poll
        where
            poll.listener_key = %(listener_key)s
            and exists (
                select 1 from span
                where poll.played_at between span.span_start and span.span_end
            )
    ) as polled_count,
    (
        select count(*)
        from warehouse.fact_play as play
        where
            play.listener_key = %(listener_key)s
            and play.ms_source = 0
            and play.ms_played is null -- true of every such play; the index wants it said (benchmark import_history)
            and exists (
                select 1 from span
                where play.played_at between span.span_start and span.span_end
            )
    ) as partnerless_count;
