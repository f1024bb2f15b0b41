-- Read, for the moments of some pages, which were polled before and what gaps are found by.
-- One round trip: polled moments (by their place in the list), the newest polled play before
-- each page's oldest, the oldest of all, the open gaps that the pages reach into, and whether changed classes or
-- summaries wait to be derived; and the time by the database's clock. A moment is known when it
-- was polled with the same track; an item that came without its track is known by its moment.
with asked as (
    select
        moment.played_at,
        moment.track_uri,
        moment.place
    from
        unnest(%(played_at)s::timestamptz[], %(track_uri)s::text[])
        with ordinality as moment (played_at, track_uri, place)
),

polled as (
    select
        asked.place,
        bool_or(asked.track_uri is null or asked.track_uri = track.track_uri) as is_known
    from asked
    inner join warehouse.source_poll_play as poll
        on asked.played_at = poll.played_at
    inner join warehouse.dim_track as track
        on poll.track_key = track.track_key
    where poll.listener_key = %(listener_key)s
    group by asked.place
),

newest_before as (
    select
        oldest.played_at as oldest_at,
        (
            select max(poll.played_at)
            from warehouse.source_poll_play as poll
            where poll.listener_key = %(listener_key)s and poll.played_at < oldest.played_at
        ) as newest_at
    from unnest(%(oldest)s::timestamptz[]) as oldest (played_at)
),

open_gap as (
    select
        gap.gap_key,
        gap.gap_start,
        gap.gap_end,
        coalesce(max(track.duration_ms), 0) as end_duration_ms
    from warehouse.etl_gap as gap
    left join warehouse.source_poll_play as poll
        on gap.listener_key = poll.listener_key and gap.gap_end = poll.played_at
    left join warehouse.dim_track as track
        on poll.track_key = track.track_key
    where
        gap.listener_key = %(listener_key)s
        and gap.closed_at is null
        and gap.gap_end > (select min(asked.played_at) from asked)
        and gap.gap_start < (select max(asked.played_at) from asked)
    group by gap.gap_key
)

select
    (select array_agg(polled.place) from polled) as polled_places,
    (
        select array_agg(polled.place) from polled
        where polled.is_known
    ) as known_places,
    (
        select json_agg(json_build_array(newest_before.oldest_at, newest_before.newest_at))
        from newest_before
        where newest_before.newest_at is not null
    ) as newest_before,
    (
        select json_build_array(poll.played_at, coalesce(track.duration_ms, 0))
        from warehouse.source_poll_play as poll
        inner join warehouse.dim_track as track
            on poll.track_key = track.track_key
        where poll.listener_key = %(listener_key)s
        order by poll.played_at
        limit 1
    ) as oldest_poll,
    (
        select
            json_agg(json_build_array(
                open_gap.gap_key, open_gap.gap_start, open_gap.gap_end, open_gap.end_duration_ms
            ))
        from open_gap
    ) as open_gaps,
    exists (
        select 1 from warehouse.etl_changed_class as changed
        where changed.listener_key = %(listener_key)s
    )
    or exists (
        select 1 from part.waiting_listener as waiting
        where waiting.listener_key = %(listener_key)s
    ) as has_waiting_derivation,
    now() as asked_at;
