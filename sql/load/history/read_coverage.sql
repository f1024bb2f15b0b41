-- Read what imports cover of a listener's time, and all gaps, open and closed, each with the
-- length of the track whose play ends it and whether it goes on where it ends: only a
-- polled play ends a gap for good, an import cuts it in pieces.
with gap as (
    select
        gap.gap_key,
        gap.gap_start,
        gap.gap_end,
        gap.closed_by,
        max(poll.played_at) is null as goes_on,
        coalesce(max(track.duration_ms), 0) as end_duration_ms
    from warehouse.etl_gap as gap
    left join warehouse.source_poll_play as poll
        on gap.listener_key = poll.listener_key and gap.gap_end = poll.played_at
    left join warehouse.dim_track as track
        on poll.track_key = track.track_key
    where gap.listener_key = %(listener_key)s
    group by gap.gap_key
)

select
    (
        select
            json_agg(
                json_build_array(
                    gap_key, gap_start, gap_end, closed_by, goes_on, end_duration_ms
                )
                order by gap_start
            )
        from gap
    ) as gaps,
    (
        select
            json_agg(
                json_build_array(span_start, span_end, source_name)
                order by span_start, span_end, source_name
            )
        from warehouse.etl_import_span
        where listener_key = %(listener_key)s
    ) as spans;
