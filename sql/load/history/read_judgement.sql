-- Read what an import is judged by, before it is committed: how many polled plays lie in the
-- stretches that its files tell, how many of them it tells, too, and the most that was heard in
-- any seven days to which it brought plays.
with told as (
    select
        stretch.told_from,
        stretch.told_to
    from unnest(%(told_from)s::timestamptz[], %(told_to)s::timestamptz[])
        as stretch (told_from, told_to)
),

poll as (
    select
        poll.played_at,
        poll.track_key
    from warehouse.source_poll_play as poll
    where
        poll.listener_key = %(listener_key)s
        and exists (
            select 1 from told
            where poll.played_at between told.told_from and told.told_to
        )
),

play as (
    select
        played_at,
        ms_played,
        import_key
    from warehouse.fact_play
    where listener_key = %(listener_key)s and ms_played is not null
    union all
    select
        played_at,
        ms_played,
        import_key
    from warehouse.fact_episode_play
    where listener_key = %(listener_key)s and ms_played is not null
),

day as (
    select
        date_bin('1 day', play.played_at, '2000-01-01') as day_start,
        sum(play.ms_played) as ms_played,
        bool_or(play.import_key = %(import_key)s) as is_brought
    from play
    where
        play.played_at >= (select min(told.told_from) - interval '67 days' from told)
        and play.played_at <= (select max(told.told_to) + interval '7 days' from told)
    group by day_start
),

week as (
    select
        day_start,
        sum(ms_played) over seven_days as ms_played,
        bool_or(is_brought) over seven_days as is_brought
    from day
    window seven_days as (
        order by day_start range between interval '6 days' preceding and current row
    )
),

busiest as (
    select
        day_start - interval '6 days' as week_start,
        ms_played
    from week
    where is_brought
    order by ms_played desc, day_start
    limit 1
)

select
    (select count(*) from poll) as polled_count,
    (
        select count(*)
        from poll
        where
            (poll.played_at, poll.track_key) in (
                select
                    partnered.played_at,
                    partnered.track_key
                from pg_temp.partnered_poll as partnered
            )
    ) as partnered_count,
    (select ms_played::bigint from busiest) as busiest_ms,
    (select week_start from busiest) as busiest_from;
