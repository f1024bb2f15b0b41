-- Withdraw what an import covered, and, within the time it told, what others covered that lose rows with it.
-- Others lose rows that they told, too: they are not kept twice. So do those whose rows gave way to
-- its own, and those whose rows gave way to theirs. What they cover comes back when they are
-- imported again.
create temp table withdrawn on commit drop as
with recursive losing as (
    select %(import_key)s::smallint as import_key
    union
    select shared.earlier_key as import_key
    from losing
    inner join warehouse.etl_import_shared as shared
        on losing.import_key = shared.import_key
    where shared.replaced_count > 0
)

select distinct
    import.import_key,
    undone.first_told_at,
    undone.last_told_at
from warehouse.etl_import as import
inner join warehouse.etl_import as undone
    on undone.import_key = %(import_key)s
where
    import.import_key in (select losing.import_key from losing)
    or exists (
        select 1
        from losing
        inner join warehouse.etl_import_shared as shared
            on losing.import_key = shared.earlier_key
        where shared.import_key = import.import_key and shared.shared_count > 0
    );

create temp table cut_span on commit drop as
select
    span.listener_key,
    span.import_key,
    span.span_start,
    span.span_end,
    span.is_from_start,
    span.source_name
from warehouse.etl_import_span as span
inner join pg_temp.withdrawn as withdrawn
    on span.import_key = withdrawn.import_key
where
    span.import_key = %(import_key)s
    or (
        span.span_start <= withdrawn.last_told_at
        and (span.is_from_start or span.span_end >= withdrawn.first_told_at)
        and span.span_end >= withdrawn.first_told_at
    );

delete from warehouse.etl_import_span as span
using pg_temp.cut_span as cut
where span.import_key = cut.import_key and span.span_start = cut.span_start;

insert into warehouse.etl_import_span (
    listener_key, import_key, span_start, span_end, is_from_start, source_name
)
select
    cut.listener_key,
    cut.import_key,
    piece.span_start,
    piece.span_end,
    cut.is_from_start and piece.span_start = cut.span_start as is_from_start,
    cut.source_name
from pg_temp.cut_span as cut
inner join pg_temp.withdrawn as withdrawn
    on cut.import_key = withdrawn.import_key
cross join
    lateral (
        values
        (cut.span_start, withdrawn.first_told_at),
        (withdrawn.last_told_at, cut.span_end)
    ) as piece (span_start, span_end)
where cut.import_key <> %(import_key)s and piece.span_start < piece.span_end;

update warehouse.etl_import as import
set withdrawn_at = now()
from pg_temp.withdrawn as withdrawn
where import.import_key = withdrawn.import_key and import.import_key <> %(import_key)s;

update warehouse.etl_import
set undone_at = now()
where import_key = %(import_key)s;

delete from warehouse.etl_import_file
where import_key = %(import_key)s;

delete from warehouse.etl_import_shared
where import_key = %(import_key)s or earlier_key = %(import_key)s;
