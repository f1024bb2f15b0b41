-- warehouse.etl_touched_span
-- Grain: one row per listener and stretch of time whose summaries wait to be derived again.
-- Whoever changes a listener's plays, or their rules, holds their lock and writes a span; the months
-- that it touches are derived again in the same transaction, or by the listener's next load.
create table warehouse.etl_touched_span (
    touched_from timestamptz not null,
    touched_to timestamptz not null,
    listener_key smallint not null,
    constraint etl_touched_span_pk primary key (listener_key, touched_from, touched_to),
    constraint etl_touched_span_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key),
    constraint etl_touched_span_order_ck check (touched_from <= touched_to)
);
comment on table warehouse.etl_touched_span is
'Grain: one row per listener and stretch of time whose summaries wait to be derived again.';
comment on column warehouse.etl_touched_span.touched_from is
'First moment of a play that changed, included; -infinity where all changed.';
