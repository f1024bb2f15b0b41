"""Every question that a page asks of the views, each with its answer's columns.

All take ``%(listener)s``; those about a period give the rows of all periods at once.
"""

LISTENERS = """
    select listener_key, listener_name, timezone from bi.listener
    where listener_key > 0 order by listener_key
"""
NOW = "select now() at time zone %(timezone)s"
DAYS = """
    select play_date, status, play_count, ms_measured, ms_estimated
    from bi.coverage where listener_key = %(listener)s order by play_date
"""
PERIODS = """
    select
        listening.period, listening.first_date, listening.last_date, listening.active_day_count,
        listening.play_count, listening.ms_listened, listening.ms_estimated, listening.certainty,
        listening.count_certainty, listening.previous_play_count, listening.previous_ms_listened,
        listening.previous_ms_estimated, listening.previous_certainty,
        listening.excluded_play_count, listening.day_count,
        span.previous_last_date - span.previous_first_date + 1 as previous_day_count
    from bi.period_listening as listening
    inner join bi.period as span
        on listening.listener_key = span.listener_key and listening.period = span.period
    where listening.listener_key = %(listener)s
"""
ARTISTS = """
    select
        top.credit, top.period, top.place, top.previous_place,
        top.artist_name as name, '' as artist_name, artist.spotify_url as url,
        top.play_count, top.ms_listened, top.ms_estimated, top.ms_as_main, top.ms_as_featured,
        top.certainty, top.count_certainty, found.first_heard_date
    from bi.top_artist as top
    inner join bi.artist as artist on top.artist_key = artist.artist_key
    left join bi.discovery as found
        on
            top.listener_key = found.listener_key and found.kind = 'artist'
            and top.artist_key = found.item_key
    where
        top.listener_key = %(listener)s and top.credit in ('all', 'featured')
        and top.place <= %(most)s
    order by top.credit, top.period, top.place
"""
TRACKS = """
    select
        top.period, top.place, top.previous_place,
        top.track_name as name, top.main_artist_name as artist_name,
        'https://open.spotify.com/track/' || track.track_id as url,
        top.play_count, top.ms_listened, top.ms_estimated, 0 as ms_as_main, 0 as ms_as_featured,
        top.certainty, top.count_certainty, found.first_heard_date
    from bi.top_track as top
    inner join bi.track as track on top.track_key = track.track_key
    left join bi.discovery as found
        on
            top.listener_key = found.listener_key and found.kind = 'song'
            and top.song_key = found.item_key
    where top.listener_key = %(listener)s and top.place <= %(most)s
    order by top.period, top.place
"""
ALBUMS = """
    with placed as (
        select * from bi.top_album where listener_key = %(listener)s and album_key > 0
    )

    select
        top.period, top.place, top.previous_place,
        top.album_name as name, top.main_artist_name as artist_name, album.spotify_url as url,
        top.play_count, top.ms_listened, top.ms_estimated, 0 as ms_as_main, 0 as ms_as_featured,
        top.certainty, top.count_certainty, found.first_heard_date,
        later.album_key is not null as is_heard_next_year
    from placed as top
    inner join bi.album as album on top.album_key = album.album_key
    left join placed as later
        on
            top.album_key = later.album_key
            and later.period
            = case when top.period ~ '^[0-9]+$' then (top.period::integer + 1)::text end
    left join bi.discovery as found
        on
            top.listener_key = found.listener_key and found.kind = 'album'
            and top.album_key = found.item_key
    where top.place <= %(most)s
    order by top.period, top.place
"""
CLOCK = """
    select period, weekday, hour_of_day, ms_listened
    from bi.listening_clock where listener_key = %(listener)s and ms_listened > 0
"""
SKIPS = """
    select period, artist_name, judged_count, skip_count
    from bi.skip_rate where listener_key = %(listener)s and judged_count >= 20
    order by period, judged_count desc, artist_name
"""
GAPS = """
    select gap_start_local, gap_end_local, gap_hours, is_open, closed_by
    from bi.gap where listener_key = %(listener)s order by gap_start_local
"""
FOUND_ARTISTS = """
    select
        found.item_key, artist.artist_name as name, '' as artist_name, found.first_heard_date,
        found.last_heard_date, found.play_count, found.ms_listened, found.ms_estimated,
        artist.spotify_url as url
    from bi.discovery as found
    inner join bi.artist as artist on found.item_key = artist.artist_key
    where found.listener_key = %(listener)s and found.kind = 'artist'
    order by found.ms_listened desc, found.item_key
"""
# The link leads to one of the song's releases; a song that is not joined to others has one.
FOUND_SONGS = """
    with found as (
        select * from bi.discovery
        where listener_key = %(listener)s and kind = 'song'
        order by ms_listened desc, item_key
        limit %(most)s
    )

    select
        found.item_key, song.song_name as name, song.main_artist_name as artist_name,
        found.first_heard_date, found.last_heard_date, found.play_count, found.ms_listened,
        found.ms_estimated,
        'https://open.spotify.com/track/' || coalesce(lone.track_id, joined.track_id) as url
    from found
    inner join bi.recording as song on found.item_key = song.song_key
    left join bi.track as lone on -found.item_key = lone.track_key and found.item_key < 0
    left join lateral (
        select track_id from bi.track
        where recording_key = found.item_key and found.item_key > 0 and track_id is not null
        order by track_key limit 1
    ) as joined on true
    order by found.ms_listened desc, found.item_key
"""
SONG_COUNT = """
    select count(*) as song_count
    from bi.discovery where listener_key = %(listener)s and kind = 'song'
"""
NEW_SHARES = """
    select month_date, new_artist_pct, new_artist_count
    from bi.discovery_month
    where listener_key = %(listener)s and new_artist_pct is not null order by month_date
"""
ARTIST_MONTHS = """
    with longest as (
        select artist_key
        from bi.top_artist
        where listener_key = %(listener)s and period = 'all time' and credit = 'all' and place <= 12
    )

    select month.artist_key, month.artist_name, month.month_date, month.ms_listened
    from bi.artist_month as month
    inner join longest on month.artist_key = longest.artist_key
    where month.listener_key = %(listener)s and month.ms_listened > 0
"""
MONTH_BESTS = """
    with best as (
        select distinct on (month_date) month_date, artist_key, artist_name, ms_listened
        from bi.artist_month
        where listener_key = %(listener)s and ms_listened > 0
        order by month_date, ms_listened desc, artist_key
    )

    select best.month_date, best.artist_name, best.ms_listened, artist.spotify_url as url
    from best
    inner join bi.artist as artist on best.artist_key = artist.artist_key
    order by best.month_date
"""
STREAKS = """
    select first_date, last_date, day_count
    from bi.streak where listener_key = %(listener)s order by first_date
"""
SESSIONS = """
    select session_date, ms_listened
    from bi.session where listener_key = %(listener)s order by started_at_local
"""
COMEBACKS = """
    select
        back.artist_name, back.returned_date, back.away_day_count, back.ms_since,
        artist.spotify_url as url, back.certainty
    from bi.comeback as back
    inner join bi.artist as artist on back.artist_key = artist.artist_key
    where back.listener_key = %(listener)s order by back.returned_date
"""
YEARS = """
    select
        year, play_count, ms_listened, ms_estimated, certainty, count_certainty, status,
        active_day_count, artists_brought_forward, artists_first_heard, artists_carried_forward,
        longest_day, longest_day_ms, longest_session_date, longest_session_ms, open_gap_count
    from bi.year_review where listener_key = %(listener)s and play_count > 0 order by year
"""
RATINGS = """
    select ranking.rank, album.album_name, album.main_artist_name, ranking.average_rating,
        ranking.ms_listened, album.spotify_url as url, ranking.places_up_since_last_week
    from bi.album_ranking as ranking
    inner join bi.album as album on ranking.album_key = album.album_key
    where
        ranking.listener_key = %(listener)s and ranking.method = 'bayesian'
        and ranking.average_rating is not null
    order by ranking.rank
"""
RELEASES = """
    select found_at_local::date as found_date, album_name, artist_name, spotify_url as url
    from bi.new_release where listener_key = %(listener)s
    order by found_at_local desc, album_key limit 12
"""
JOBS = """
    select
        job, last_run_at_utc at time zone 'UTC' at time zone %(timezone)s as last_run_at,
        last_outcome, last_runner, run_count_30_days, failed_count_30_days,
        median_minutes_between_runs, longest_minutes_between_runs
    from bi.pipeline_health order by job
"""
SIGN_IN = """
    select
        days_left, is_authorised_date_exact, last_played_at_local, last_contact_at_local,
        last_contact_by
    from bi.sign_in where listener_key = %(listener)s
"""
DAY = """
    select
        play_count, ms_listened, ms_estimated, certainty, count_certainty, average_ms,
        artist_count, song_count, new_artist_count
    from bi.daily_report where listener_key = %(listener)s and play_date = %(day)s
"""
DAY_LISTS = """
    select list, place, item_name, artist_name, play_count, ms_listened, ms_estimated, certainty
    from bi.daily_top
    where listener_key = %(listener)s and play_date = %(day)s and place <= %(most)s
    order by list, place
"""
DAY_HOURS = """
    select
        hour_of_day,
        coalesce(sum(ms_listened) filter (where not is_estimated), 0) as ms_measured,
        coalesce(sum(ms_listened) filter (where is_estimated), 0) as ms_estimated
    from bi.play
    where listener_key = %(listener)s and play_date = %(day)s and is_counted
    group by hour_of_day
"""
