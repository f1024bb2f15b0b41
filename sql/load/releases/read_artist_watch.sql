-- Read whose albums to ask for next, the most overdue first.
-- The ten most listened-to artists are due every day, the first two hundred every other day,
-- everybody else followed in such a turn that they take a twelfth of a day's calls. Who was not
-- answered for keeps their place until it is time to ask again. Runs after watched_artist.sql.
with asked as (
    select
        artist_key,
        artist_id,
        min(rank) as rank
    from pg_temp.watched_artist
    where rank <= 200 or is_followed
    group by artist_key, artist_id
),

paced as (
    select
        asked.*,
        watch.asked_at,
        coalesce(watch.is_split, false) as is_split,
        case
            when asked.rank <= 10 then interval '20 hours'
            when asked.rank <= 200 then interval '44 hours'
            else greatest(
                interval '7 days',
                interval '1 day' * count(*) filter (where asked.rank > 200) over () / 8.0
            )
        end as period
    from asked
    left join warehouse.etl_artist_watch as watch
        on asked.artist_key = watch.artist_key
)

select
    artist_id,
    is_split,
    asked_at is null as is_first_look
from paced
where
    (asked_at is null or asked_at < now() - period)
    and not exists (
        select 1 from warehouse.etl_owed_answer as owed
        where
            owed.kind = 'artist-albums'
            and owed.spotify_id = paced.artist_id
            and owed.ask_again_at > now()
    )
order by
    coalesce(extract(epoch from now() - asked_at) / extract(epoch from period), 10) desc,
    rank,
    artist_id
limit %(ask_count)s;
