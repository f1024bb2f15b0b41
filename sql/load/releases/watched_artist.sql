-- Find the artists whose releases are looked for: whom a listener follows or plays most.
-- rank counts from the most listened-to artist of each listener; followed artists who were
-- never played come last. Drawn up anew in every transaction that needs it.
create temp table watched_artist on commit drop as
with listened as (
    select
        play.listener_key,
        coalesce(artist.same_as_artist_key, artist.artist_key) as artist_key,
        sum(coalesce(play.ms_played, track.duration_ms, 0)) as ms
    from warehouse.fact_play as play
    inner join warehouse.dim_track as track
        on play.track_key = track.track_key
    inner join warehouse.bridge_track_artist as credit
        on track.track_key = credit.track_key and credit.artist_role = 'main'
    inner join warehouse.dim_artist as artist
        on credit.artist_key = artist.artist_key
    where play.track_key <> 0
    group by play.listener_key, coalesce(artist.same_as_artist_key, artist.artist_key)
),

ranked as (
    select
        coalesce(listened.listener_key, followed.listener_key) as listener_key,
        coalesce(listened.artist_key, followed.artist_key) as artist_key,
        followed.artist_key is not null as is_followed,
        row_number() over (
            partition by coalesce(listened.listener_key, followed.listener_key)
            order by listened.ms desc nulls last, coalesce(listened.artist_key, followed.artist_key)
        ) as rank
    from listened
    full join warehouse.bridge_listener_artist as followed
        on
            listened.listener_key = followed.listener_key
            and listened.artist_key = followed.artist_key
)

select
    ranked.listener_key,
    ranked.artist_key,
    artist.artist_id,
    ranked.is_followed,
    ranked.rank
from ranked
inner join warehouse.dim_artist as artist
    on ranked.artist_key = artist.artist_key
where
    artist.artist_id is not null
    and artist.folded_name <> 'various artists'
    and (ranked.rank <= 500 or ranked.is_followed);
