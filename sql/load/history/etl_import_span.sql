-- Note the stretches of time that an import covers whole.
insert into warehouse.etl_import_span (
    listener_key, import_key, span_start, span_end, is_from_start, source_name
)
select
    %(listener_key)s as listener_key,
    %(import_key)s as import_key,
    span.span_start,
    max(span.span_end) as span_end,
    bool_or(span.is_from_start) as is_from_start,
    min(span.source_name) as source_name
from
    unnest(
        %(span_start)s::timestamptz[],
        %(span_end)s::timestamptz[],
        %(is_from_start)s::boolean[],
        %(source_name)s::text[]
    )
        as span (span_start, span_end, is_from_start, source_name)
group by span.span_start
order by span.span_start;
