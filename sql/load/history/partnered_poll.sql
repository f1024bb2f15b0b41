-- Note the polled plays that the batch tells, too: of one song, and at most 90 s away.
-- An import that tells few of the polled plays in its time is somebody else's. What the ledger
-- holds already counts as much as what is new, so that the same import again is judged alike.
with poll as (
    select
        polled.played_at,
        polled.track_key,
        track.match_key
    from warehouse.source_poll_play as polled
    inner join warehouse.dim_track as track
        on polled.track_key = track.track_key
    where
        polled.listener_key = %(listener_key)s
        and polled.played_at >= (
            select min(file.first_told_at) - interval '90 seconds' from pg_temp.staged_file as file
        )
        and polled.played_at <= (
            select max(file.last_told_at) + interval '90 seconds' from pg_temp.staged_file as file
        )
),

told as (
    select
        played_at,
        track_key
    from pg_temp.keyed_play
    union all
    select
        played_at,
        track_key
    from pg_temp.told_row
    where episode_key = 0
)

insert into pg_temp.partnered_poll (played_at, track_key)
select distinct
    poll.played_at,
    poll.track_key
from told
inner join warehouse.dim_track as track
    on told.track_key = track.track_key
inner join poll
    on
        track.match_key = poll.match_key
        and poll.played_at between told.played_at - interval '90 seconds'
        and told.played_at + interval '90 seconds'
-- Or all rows would be looked through for no poll (benchmark import_history).
where (select count(p.played_at) from poll as p) > 0;
