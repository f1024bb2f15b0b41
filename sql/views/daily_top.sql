-- bi.daily_top
-- Grain: one row per listener, day, list and place.
-- The lists: artist (as main), guest (as featured), song, album, new artist (first listened to
-- that day, with all their plays of it). The unknown track, artist and album have no place.
-- Ties go by plays, then by name. Ask for one day.
create view bi.daily_top as
with heard as not materialized (
    select
        day.listener_key,
        day.play_date,
        play.*
    from (
        select
            hour.listener_key,
            hour.play_date,
            hour.play_date::timestamp at time zone listener.timezone as day_start,
            (hour.play_date + 1)::timestamp at time zone listener.timezone as day_end
        from (
            select distinct
                listener_key,
                play_date
            from warehouse.summary_hour
        ) as hour
        inner join warehouse.dim_listener as listener
            on hour.listener_key = listener.listener_key
    ) as day
    cross join lateral (
        select
            timed.track_key,
            count(*) as play_count,
            sum(timed.ms_listened) as ms_listened,
            sum(case when timed.is_estimated then timed.ms_listened else 0 end) as ms_estimated,
            count(*) filter (where timed.is_estimated) as unmeasured_count
        from part.timed_play as timed
        where
            timed.listener_key = day.listener_key
            and timed.played_at >= day.day_start
            and timed.played_at < day.day_end
            and timed.is_counted
        group by timed.track_key
    ) as play
),

new_artist as not materialized (
    select distinct
        heard.listener_key,
        heard.play_date,
        credit.artist_key
    from heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    inner join warehouse.dim_listener as listener
        on heard.listener_key = listener.listener_key
    -- Who is new that day is heard on a track that is new that day: few are looked up.
    inner join warehouse.summary_track as new_track
        on heard.listener_key = new_track.listener_key and heard.track_key = new_track.track_key
    where
        credit.artist_key <> 0
        and heard.play_date = (new_track.first_listen_at at time zone listener.timezone)::date
        and not exists (
            select 1
            from warehouse.dim_artist as alias
            inner join warehouse.bridge_track_artist as other
                on alias.artist_key = other.artist_key
            inner join warehouse.summary_track as earlier
                on other.track_key = earlier.track_key
            where
                credit.artist_key in (alias.artist_key, alias.same_as_artist_key)
                and earlier.listener_key = heard.listener_key
                and earlier.first_listen_at
                < heard.play_date::timestamp at time zone listener.timezone
        )
),

listed as (
    select
        heard.listener_key,
        heard.play_date,
        kind.list,
        credit.artist_key as item_key,
        credit.artist_key as name_key,
        '' as name_order,
        heard.play_count,
        heard.ms_listened,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    inner join (values ('artist', 'main'), ('guest', 'featured')) as kind (list, artist_role)
        on credit.artist_role = kind.artist_role
    where credit.artist_key <> 0
    union all
    select
        heard.listener_key,
        heard.play_date,
        'new artist' as list,
        credit.artist_key as item_key,
        credit.artist_key as name_key,
        '' as name_order,
        heard.play_count,
        heard.ms_listened,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    inner join new_artist
        on
            heard.listener_key = new_artist.listener_key
            and heard.play_date = new_artist.play_date
            and credit.artist_key = new_artist.artist_key
    union all
    select
        heard.listener_key,
        heard.play_date,
        'song' as list,
        coalesce(nullif(track.recording_key, 0), -track.track_key) as item_key,
        track.track_key as name_key,
        coalesce(track.track_uri, track.folded_name) as name_order,
        heard.play_count,
        heard.ms_listened,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    where heard.track_key <> 0
    union all
    select
        heard.listener_key,
        heard.play_date,
        'album' as list,
        coalesce(album.same_as_album_key, album.album_key) as item_key,
        coalesce(album.same_as_album_key, album.album_key) as name_key,
        '' as name_order,
        heard.play_count,
        heard.ms_listened,
        heard.ms_estimated,
        heard.unmeasured_count
    from heard
    inner join warehouse.dim_track as track
        on heard.track_key = track.track_key
    inner join warehouse.dim_album as album
        on track.album_key = album.album_key
    where track.album_key <> 0
),

summed as (
    select
        listener_key,
        play_date,
        list,
        item_key,
        (array_agg(name_key order by name_order collate "C", name_key))[1] as name_key,
        sum(play_count)::integer as play_count,
        sum(ms_listened)::bigint as ms_listened,
        sum(ms_estimated)::bigint as ms_estimated,
        sum(unmeasured_count)::integer as unmeasured_count
    from listed
    group by listener_key, play_date, list, item_key
),

named as (
    select
        summed.*,
        coalesce(artist.artist_name, track.track_name, album.album_name) as item_name,
        coalesce(track.main_artist_name, album.main_artist_name) as artist_name
    from summed
    left join bi.artist as artist
        on summed.name_key = artist.artist_key and summed.list in ('artist', 'guest', 'new artist')
    left join bi.track as track
        on summed.name_key = track.track_key and summed.list = 'song'
    left join bi.album as album
        on summed.name_key = album.album_key and summed.list = 'album'
),

placed as (
    select
        named.*,
        row_number() over (
            partition by listener_key, play_date, list
            order by
                ms_listened desc,
                play_count desc,
                item_name collate "C",
                artist_name collate "C",
                item_key
        )::integer as place
    from named
)

select
    placed.listener_key,
    placed.play_date,
    placed.list,
    placed.place,
    placed.item_key,
    placed.item_name,
    placed.artist_name,
    placed.play_count,
    placed.ms_listened,
    placed.ms_estimated,
    word.certainty,
    word.count_certainty
from placed
inner join part.seen_day as day
    on placed.listener_key = day.listener_key and placed.play_date = day.play_date
inner join part.certainty as word
    on
        day.seen = word.seen
        and word.has_plays
        and (placed.unmeasured_count > 0) = word.is_estimated;
comment on view bi.daily_top is
'Grain: one row per listener, day, list and place. The lists: artist (as main), guest (as '
'featured), song, album, new artist (first listened to that day, with all their plays of it). The '
'unknown track, artist and album have no place. Ties go by plays, then by name. Ask for one day.';
comment on column bi.daily_top.listener_key is 'Whose: bi.listener.';
comment on column bi.daily_top.play_date is 'Day on the listeners calendar.';
comment on column bi.daily_top.list is 'artist, guest, new artist, song or album.';
comment on column bi.daily_top.place is '1 is what was heard longest; then most often, then by name.';
comment on column bi.daily_top.item_key is 'The artist, song or album.';
comment on column bi.daily_top.item_name is
'Its name; of a song''s tracks that of the least URI among those heard that day.';
comment on column bi.daily_top.artist_name is 'Main artist of a song or album; null for artists.';
comment on column bi.daily_top.play_count is 'Plays that are counted, of any length.';
comment on column bi.daily_top.ms_listened is 'Milliseconds listened.';
comment on column bi.daily_top.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.daily_top.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.daily_top.count_certainty is 'Of the counts: exact, at least or not seen.';
