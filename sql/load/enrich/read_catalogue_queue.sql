-- Read the next calls that describe what the listeners have heard, the most valuable first.
-- Album first: tracks known by name alone are grouped by the album a history lists them
-- under; the most listened one is asked for and tells the album, whose own answer
-- describes all the others. A call is worth the listened time it describes. An artist's answer
-- brings a picture and describes no time: one by one, only the fifty most heard come before the
-- last track and album (turn), and for a tenth of their time. With batches of tracks
-- (old apps) every track is asked for by itself. The sum of call_count over all rows is what is
-- left to do.
with listened as (
    select
        play.track_key,
        sum(coalesce(play.ms_played, track.duration_ms, 0)) as ms
    from warehouse.fact_play as play
    inner join warehouse.dim_track as track
        on play.track_key = track.track_key
    group by play.track_key
),

-- Pages owed are calls of their own (below); their album is not asked for again.
owed as (
    select
        kind,
        spotify_id
    from warehouse.etl_owed_answer
    where ask_again_at > now() and kind <> 'album-tracks'
),

lacking as (
    select
        track.track_key,
        track.track_id,
        track.folded_name,
        track.named_album_key,
        coalesce(track.named_album_key, -track.track_key) as group_key,
        coalesce(listened.ms, 0) as ms
    from warehouse.dim_track as track
    left join listened
        on track.track_key = listened.track_key
    left join owed
        on owed.kind = 'track' and track.track_id = owed.spotify_id
    where
        track.metadata_level < 2
        and track.track_uri = 'spotify:track:' || track.track_id
        and owed.kind is null
),

-- Groups that wait for a further page of their album.
paged_group as (
    select distinct track.named_album_key as group_key
    from warehouse.etl_owed_answer as page
    inner join warehouse.dim_album as album
        on page.spotify_id = album.album_id
    inner join warehouse.dim_track as track
        on album.album_key = track.album_key
    where page.kind = 'album-tracks' and page.reason = 'pages'
),

album_group as (
    select
        group_key,
        named_album_key,
        count(*) as track_count,
        sum(ms) as ms,
        max(ms) as most_ms,
        (array_agg(track_id order by ms desc, track_key))[1] as track_id
    from lacking
    where
        not exists (
            select 1 from paged_group
            where paged_group.group_key = lacking.group_key
        )
    group by group_key, named_album_key
),

-- Albums that a described track of the group turned out to be on, and that may hold more.
candidate as (
    select distinct on (track.named_album_key)
        track.named_album_key,
        album.album_id,
        bool_or(track.answered_id is not null) as is_relinked
    from warehouse.dim_track as track
    inner join warehouse.dim_album as album
        on track.album_key = album.album_key
    left join owed
        on owed.kind = 'album' and album.album_id = owed.spotify_id
    where
        track.named_album_key is not null
        and track.metadata_level >= 2
        and album.album_id is not null
        and album.metadata_level < 3
        and owed.kind is null
    group by track.named_album_key, album.album_key
    having coalesce(album.total_track_count, 1000) > count(*)
    order by track.named_album_key, count(*) desc, album.album_id
),

track_call as (
    select
        'track' as kind,
        album_group.track_id as spotify_id,
        0 as next_offset,
        greatest(album_group.most_ms, album_group.ms / 2) as worth,
        least(2, album_group.track_count) as call_count,
        null::json as aliases
    from album_group
    left join candidate
        on album_group.named_album_key = candidate.named_album_key
    where
        not %(is_batch)s
        and (album_group.track_count = 1 or candidate.album_id is null)
    union all
    select
        'track' as kind,
        lacking.track_id as spotify_id,
        0 as next_offset,
        lacking.ms as worth,
        0.02 as call_count,
        null::json as aliases
    from lacking
    where %(is_batch)s
),

album_call as (
    select
        'album' as kind,
        candidate.album_id as spotify_id,
        0 as next_offset,
        sum(album_group.ms) as worth,
        1 as call_count,
        -- Where Spotify answers under other ids than were asked for, names have to do.
        (
            select json_agg(json_build_array(lacking.track_id, lacking.folded_name))
            from lacking
            where
                lacking.named_album_key = min(candidate.named_album_key)
                and bool_or(candidate.is_relinked)
        ) as aliases
    from album_group
    inner join candidate
        on album_group.named_album_key = candidate.named_album_key
    where not %(is_batch)s and album_group.track_count > 1
    group by candidate.album_id
    union all
    -- An album of which a play's answer left something out.
    select
        'album' as kind,
        album.album_id as spotify_id,
        0 as next_offset,
        sum(coalesce(listened.ms, 0)) / 4 as worth,
        1 as call_count,
        null::json as aliases
    from warehouse.dim_album as album
    inner join warehouse.dim_track as track
        on album.album_key = track.album_key
    left join listened
        on track.track_key = listened.track_key
    left join owed
        on owed.kind = 'album' and album.album_id = owed.spotify_id
    where
        album.album_id is not null
        and album.metadata_level < 3
        and owed.kind is null
        and (
            album.image_url is null
            or album.total_track_count is null
            or (album.release_date is null and album.metadata_level < 2)
        )
    group by album.album_key
),

chosen_album as (
    select distinct on (spotify_id) *
    from album_call
    order by spotify_id, worth desc
),

page_call as (
    select
        kind,
        spotify_id,
        next_offset,
        'infinity'::numeric as worth,
        1 as call_count,
        null::json as aliases
    from warehouse.etl_owed_answer
    where kind = 'album-tracks' and ask_again_at <= now()
),

heard_artist as (
    select
        artist.artist_id,
        artist.metadata_level,
        sum(
            coalesce(listened.ms, 0) * case when credit.artist_role = 'main' then 1 else 0.25 end
        ) as worth
    from warehouse.dim_artist as artist
    left join warehouse.bridge_track_artist as credit
        on artist.artist_key = credit.artist_key
    left join listened
        on credit.track_key = listened.track_key
    where artist.artist_id is not null
    group by artist.artist_key
),

artist_call as (
    select
        'artist' as kind,
        ranked.artist_id as spotify_id,
        0 as next_offset,
        case when %(is_batch)s then ranked.worth else ranked.worth / 10 end as worth,
        case when %(is_batch)s then 0.02 else 1 end as call_count,
        null::json as aliases,
        case when %(is_batch)s or ranked.place <= 50 then 1 else 2 end as turn
    from (
        select
            heard_artist.*,
            row_number() over (order by heard_artist.worth desc, heard_artist.artist_id) as place
        from heard_artist
    ) as ranked
    left join owed
        on owed.kind = 'artist' and ranked.artist_id = owed.spotify_id
    where ranked.metadata_level < 3 and owed.kind is null
),

every_call as (
    select
        described.*,
        1 as turn
    from (
        select * from track_call
        union all
        select * from chosen_album
        union all
        select * from page_call
    ) as described
    union all
    select * from artist_call
)

select
    next_call.kind,
    next_call.spotify_id,
    next_call.next_offset,
    next_call.aliases,
    whole.calls_left
from (
    select ceil(coalesce(sum(every_call.call_count), 0))::integer as calls_left
    from every_call
) as whole
left join (
    select *
    from every_call
    where kind = any(%(kinds)s)
    order by turn, worth desc, kind, spotify_id
    limit %(ask_count)s
) as next_call
    on true
order by next_call.turn, next_call.worth desc, next_call.kind, next_call.spotify_id;
