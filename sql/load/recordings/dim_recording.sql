-- Find the recordings of the tracks that have changed, and of all that these touch.
-- Tracks with one ISRC are one recording. A track without ISRC belongs to the recording of the
-- track with one that is nearest in length, among those of the same folded name and main artist
-- and at most two seconds away. Those that are near none are one among themselves where all of
-- them lie within two seconds, taken from the shortest on: 200, 202, 204 and 206 seconds are two
-- recordings, never one by way of the lengths between. What a listener has decided is stronger.
-- Recordings are named after the least track_key; the result depends on what is known, never on
-- the order it came in.
create temp table joining on commit drop as
with recursive seed as (
    select track_key
    from warehouse.dim_track
    where track_key <> 0 and (recording_key = 0 or joined_at is distinct from described_at)
    union
    select first_track_key as track_key from warehouse.dim_recording_decision
    union
    select second_track_key as track_key from warehouse.dim_recording_decision
),

touched (track_key) as (
    select track_key from seed
    union
    select neighbour.track_key
    from touched
    inner join warehouse.dim_track as track
        on touched.track_key = track.track_key
    cross join lateral (
        select namesake.track_key
        from warehouse.dim_track as namesake
        where
            track.folded_name <> ''
            and namesake.folded_name = track.folded_name
            and namesake.folded_artist_name = track.folded_artist_name
        union all
        select other.track_key
        from warehouse.dim_track as other
        where other.isrc = track.isrc
        union all
        select mate.track_key
        from warehouse.dim_track as mate
        where track.recording_key <> 0 and mate.recording_key = track.recording_key
    ) as neighbour
),

member as (
    select
        track.track_key,
        track.name,
        track.folded_name,
        track.folded_artist_name,
        track.duration_ms,
        track.isrc,
        track.recording_key as old_recording_key,
        track.duration_ms is not null and track.folded_name <> '' and track.folded_artist_name <> ''
            as is_comparable
    from touched
    inner join warehouse.dim_track as track
        on touched.track_key = track.track_key
),

nearest as (
    select distinct on (lacking.track_key)
        lacking.track_key,
        coded.isrc
    from member as lacking
    inner join member as coded
        on
            lacking.folded_name = coded.folded_name
            and lacking.folded_artist_name = coded.folded_artist_name
    where
        lacking.is_comparable
        and coded.is_comparable
        and lacking.isrc is null
        and coded.isrc is not null
        and abs(lacking.duration_ms - coded.duration_ms) <= 2000
    order by lacking.track_key, abs(lacking.duration_ms - coded.duration_ms), coded.isrc
),

lone as (
    select
        member.track_key,
        member.folded_name,
        member.folded_artist_name,
        member.duration_ms
    from member
    left join nearest
        on member.track_key = nearest.track_key
    where member.is_comparable and member.isrc is null and nearest.track_key is null
),

named as (
    select
        folded_name,
        folded_artist_name,
        min(duration_ms) as shortest_ms,
        max(duration_ms) - min(duration_ms) > 2000 as is_several
    from lone
    group by folded_name, folded_artist_name
),

-- Most names have one recording: only the others are walked, from the shortest to the next.
walked as (
    select lone.*
    from lone
    inner join named
        on
            lone.folded_name = named.folded_name
            and lone.folded_artist_name = named.folded_artist_name
    where named.is_several
),

head (folded_name, folded_artist_name, shortest_ms) as (
    select
        folded_name,
        folded_artist_name,
        shortest_ms
    from named
    union all
    select
        head.folded_name,
        head.folded_artist_name,
        longer.shortest_ms
    from head
    inner join named
        on
            head.folded_name = named.folded_name
            and head.folded_artist_name = named.folded_artist_name
    cross join
        lateral (
            select min(walked.duration_ms) as shortest_ms
            from walked
            where
                walked.folded_name = head.folded_name
                and walked.folded_artist_name = head.folded_artist_name
                and walked.duration_ms > head.shortest_ms + 2000
        ) as longer
    where named.is_several and longer.shortest_ms is not null
),

grouped as (
    select
        lone.track_key,
        min(lone.track_key) over (
            partition by lone.folded_name, lone.folded_artist_name, head.shortest_ms
        ) as first_track_key
    from lone
    inner join head
        on
            lone.folded_name = head.folded_name
            and lone.folded_artist_name = head.folded_artist_name
            and lone.duration_ms between head.shortest_ms and head.shortest_ms + 2000
)

select
    member.track_key,
    member.name,
    member.isrc,
    member.old_recording_key,
    case
        when coalesce(member.isrc, nearest.isrc) is not null
            then 'isrc ' || coalesce(member.isrc, nearest.isrc)
        when grouped.track_key is not null then 'name ' || grouped.first_track_key
        else 'track ' || member.track_key
    end as label
from member
left join nearest
    on member.track_key = nearest.track_key
left join grouped
    on member.track_key = grouped.track_key;

-- Not the same: the second track leaves for a recording of its own.
update pg_temp.joining as leaving
set label = 'track ' || leaving.track_key
from warehouse.dim_recording_decision as decision
inner join pg_temp.joining as staying
    on decision.first_track_key = staying.track_key
where
    not decision.is_same
    and leaving.track_key = decision.second_track_key
    and leaving.label = staying.label;

-- The same: what the two belong to is one.
with recursive edge as (
    select
        one.label as from_label,
        other.label as to_label
    from warehouse.dim_recording_decision as decision
    inner join pg_temp.joining as one
        on one.track_key in (decision.first_track_key, decision.second_track_key)
    inner join pg_temp.joining as other
        on other.track_key in (decision.first_track_key, decision.second_track_key)
    where decision.is_same
),

reached (root_label, label) as (
    select
        from_label as root_label,
        from_label as label
    from edge
    union
    select
        reached.root_label,
        edge.to_label as label
    from reached
    inner join edge
        on reached.label = edge.from_label
),

least as (
    select
        root_label,
        min(label) as label
    from reached
    group by root_label
)

update pg_temp.joining as joined
set label = least.label
from least
where joined.label = least.root_label and joined.label <> least.label;

create temp table joined_recording on commit drop as
select
    label,
    min(track_key) as first_track_key,
    min(isrc) as isrc,
    coalesce((array_agg(name order by track_key) filter (where name <> ''))[1], '') as name
from pg_temp.joining
group by label;

insert into warehouse.dim_recording as target (first_track_key, isrc, name)
select
    joined.first_track_key,
    joined.isrc,
    joined.name
from pg_temp.joined_recording as joined
left join warehouse.dim_recording as known
    on joined.first_track_key = known.first_track_key
where
    (joined.isrc, joined.name) is distinct from (known.isrc, known.name)
    or known.recording_key is null
order by joined.first_track_key
on conflict on constraint dim_recording_natural_key do update
    set isrc = excluded.isrc, name = excluded.name;

update warehouse.dim_track as track
set recording_key = recording.recording_key, joined_at = track.described_at
from pg_temp.joining as joining
inner join pg_temp.joined_recording as joined
    on joining.label = joined.label
inner join warehouse.dim_recording as recording
    on joined.first_track_key = recording.first_track_key
where
    track.track_key = joining.track_key
    and (track.recording_key, track.joined_at)
    is distinct from (recording.recording_key, track.described_at);

delete from warehouse.dim_recording as recording
using (select distinct old_recording_key from pg_temp.joining) as old
where
    recording.recording_key = old.old_recording_key
    and recording.recording_key <> 0
    and not exists (
        select 1 from warehouse.dim_track as track
        where track.recording_key = recording.recording_key
    );
