-- part.waiting_listener
-- Grain: one row per listener whose summaries wait to be derived again.
-- The one place that says what they depend on and who has changed it: plays and rules (a span
-- is noted), lengths of tracks (noted by track), the time zone, and which tracks the rules on
-- artists, albums and tracks take out: that also follows from credits, from recordings joined
-- and from names that turned out to be something, so it is compared with what was left out.
-- Every load, every job that changes one of these, and doctor ask here.
create view part.waiting_listener as
select listener.listener_key
from warehouse.dim_listener as listener
left join warehouse.etl_summary as summary
    on listener.listener_key = summary.listener_key
where
    summary.timezone is distinct from listener.timezone
    or exists (
        select 1 from warehouse.etl_touched_span as touched
        where touched.listener_key = listener.listener_key
    )
    or exists (
        select 1 from warehouse.etl_touched_track as touched
        where touched.listener_key = listener.listener_key
    )
    or exists (
        select 1 from warehouse.etl_excluded_track as known
        where
            known.listener_key = listener.listener_key
            and (known.listener_key, known.track_key) not in (
                select
                    rule.listener_key,
                    rule.track_key
                from part.excluded_track as rule
            )
    )
    or exists (
        select 1 from part.excluded_track as rule
        where
            rule.listener_key = listener.listener_key
            and not exists (
                select 1 from warehouse.etl_excluded_track as known
                where
                    known.listener_key = rule.listener_key and known.track_key = rule.track_key
            )
    );
comment on view part.waiting_listener is
'Grain: one row per listener whose summaries wait to be derived again.';
comment on column part.waiting_listener.listener_key is 'Whose: bi.listener.';
