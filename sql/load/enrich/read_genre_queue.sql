-- Read the artists whose genres nobody told, with a recording code to ask by, most listened first.
with listened as (
    select
        play.track_key,
        sum(coalesce(play.ms_played, 0)) + count(*) as worth
    from warehouse.fact_play as play
    group by play.track_key
),

coded as (
    select distinct on (artist.artist_key)
        artist.artist_key,
        artist.artist_id,
        artist.folded_name,
        track.isrc,
        sum(listened.worth) over (partition by artist.artist_key) as worth
    from warehouse.dim_artist as artist
    inner join warehouse.bridge_track_artist as credit
        on artist.artist_key = credit.artist_key and credit.artist_role = 'main'
    inner join warehouse.dim_track as track
        on credit.track_key = track.track_key
    inner join listened
        on track.track_key = listened.track_key
    where
        artist.artist_id is not null
        and artist.genres_asked_at is null
        and track.isrc is not null
        and not exists (
            select 1 from warehouse.bridge_artist_genre as known
            where known.artist_key = artist.artist_key
        )
        and not exists (
            select 1 from warehouse.etl_owed_answer as owed
            where
                owed.kind = 'genres'
                and owed.spotify_id = artist.artist_id
                and owed.ask_again_at > now()
        )
    order by artist.artist_key, listened.worth desc, track.isrc
)

select
    artist_key,
    artist_id,
    folded_name,
    isrc
from coded
order by worth desc, artist_key
limit %(ask_count)s;
