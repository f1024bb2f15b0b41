-- Keep, change or (is_same null) undo what a listener says about two tracks, by their Spotify ids.
-- Both are marked, so that their recordings are found anew. Returns how many of them are known.
with told as (
    select
        min(track_key) as first_track_key,
        max(track_key) as second_track_key,
        count(*) as track_count
    from warehouse.dim_track
    where track_id in (%(first_id)s, %(second_id)s)
),

undone as (
    delete from warehouse.dim_recording_decision as known
    using told
    where
        %(is_same)s::boolean is null
        and known.first_track_key = told.first_track_key
        and known.second_track_key = told.second_track_key
),

kept as (
    insert into warehouse.dim_recording_decision (first_track_key, second_track_key, is_same)
    select
        first_track_key,
        second_track_key,
        %(is_same)s::boolean as is_same
    from told
    where track_count = 2 and %(is_same)s::boolean is not null
    on conflict on constraint dim_recording_decision_pk do update
        set is_same = excluded.is_same, decided_at = now()
),

marked as (
    update warehouse.dim_track
    set joined_at = null
    where track_id in (%(first_id)s, %(second_id)s)
)

select track_count from told;
