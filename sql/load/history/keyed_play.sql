-- Give the staged rows of a history the keys of what they point at.
-- The staged rows with their keys. What a row points at is staged with it; one without it would
-- stop the import, not be lost.
create temp view keyed_play as
select
    staged.file_number,
    staged.row_number,
    to_timestamp(staged.played_s) as played_at,
    track.track_key,
    staged.ms_played,
    detail.play_detail_key,
    platform.platform_key
from pg_temp.staged_history_play as staged
left join (
    select
        track_ref,
        track_key
    from pg_temp.staged_track
    union all
    select
        track_ref,
        track_key
    from pg_temp.staged_earlier_track
) as track
    on staged.track_ref = track.track_ref
left join pg_temp.staged_play_detail as detail
    on staged.play_detail_ref = detail.play_detail_ref
left join pg_temp.staged_platform as platform
    on staged.platform_ref = platform.platform_ref;

-- What the ledger holds of the time that is staged.
create temp view known_play as
select
    play.played_at,
    play.track_key,
    play.ms_played,
    play.play_detail_key,
    play.platform_key,
    play.ms_source,
    play.import_key
from warehouse.fact_play as play
cross join (
    select
        min(first_told_at) as oldest,
        max(last_told_at) as newest
    from pg_temp.staged_file
) as bounds
where
    play.listener_key = %(listener_key)s
    and play.played_at between bounds.oldest and bounds.newest;

create temp view keyed_episode_play as
select
    staged.file_number,
    staged.row_number,
    staged.played_at,
    coalesce(episode.episode_key, 0) as episode_key,
    staged.ms_played,
    detail.play_detail_key,
    platform.platform_key
from pg_temp.staged_history_episode_play as staged
left join pg_temp.staged_episode as episode
    on staged.episode_ref = episode.episode_ref
inner join pg_temp.staged_play_detail as detail
    on staged.play_detail_ref = detail.play_detail_ref
inner join pg_temp.staged_platform as platform
    on staged.platform_ref = platform.platform_ref;
