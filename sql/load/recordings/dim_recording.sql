-- Find the recordings of the tracks that have changed, and of all that these touch.
-- Tracks with one ISRC are one recording. A track without ISRC belongs to the recording that
-- is nearest in length among those of the same folded name and main artist, where lengths
-- follow one another by at most two seconds; where none has an ISRC they are one among
-- themselves. What a listener has decided is stronger. Recordings are named after the
-- least track_key; the result depends on what is known, never on the order it came in.
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

spaced as (
    select
        member.*,
        duration_ms - lag(duration_ms) over in_length <= 2000 as is_near
    from member
    window in_length as (
        partition by is_comparable, folded_name, folded_artist_name
        order by duration_ms, track_key
    )
),

grouped as (
    select
        spaced.*,
        count(*) filter (where is_near is not true) over (
            partition by is_comparable, folded_name, folded_artist_name
            order by duration_ms, track_key
        ) as length_group
    from spaced
),

nearest as (
    select distinct on (lacking.track_key)
        lacking.track_key,
        coded.isrc
    from grouped as lacking
    inner join grouped as coded
        on
            lacking.folded_name = coded.folded_name
            and lacking.folded_artist_name = coded.folded_artist_name
            and lacking.length_group = coded.length_group
    where
        lacking.is_comparable
        and coded.is_comparable
        and lacking.isrc is null
        and coded.isrc is not null
    order by lacking.track_key, abs(lacking.duration_ms - coded.duration_ms), coded.isrc
)

select
    grouped.track_key,
    grouped.name,
    grouped.isrc,
    grouped.old_recording_key,
    case
        when coalesce(grouped.isrc, nearest.isrc) is not null
            then 'isrc ' || coalesce(grouped.isrc, nearest.isrc)
        when grouped.is_comparable
            then 'name ' || min(grouped.track_key) over (
                partition by
                    grouped.is_comparable,
                    grouped.folded_name,
                    grouped.folded_artist_name,
                    grouped.length_group,
                    coalesce(grouped.isrc, nearest.isrc) is null
            )
        else 'track ' || grouped.track_key
    end as label
from grouped
left join nearest
    on grouped.track_key = nearest.track_key;

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
