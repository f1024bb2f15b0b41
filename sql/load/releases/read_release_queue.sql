-- Read the albums found as new that lack their tracks, the newest first, and pages owed of them.
with owed as (
    select spotify_id
    from warehouse.etl_owed_answer
    where kind = 'album' and ask_again_at > now()
),

lacking as (
    select distinct
        album.album_id,
        album.metadata_level,
        album.release_date
    from warehouse.fact_album_release as release
    inner join warehouse.dim_album as album
        on release.album_key = album.album_key
    where release.is_new
),

next_call as (
    select
        'album' as kind,
        album_id as spotify_id,
        0 as next_offset,
        release_date
    from lacking
    where metadata_level < 3 and album_id not in (select owed.spotify_id from owed)
    union all
    select
        page.kind,
        page.spotify_id,
        page.next_offset,
        lacking.release_date
    from warehouse.etl_owed_answer as page
    inner join lacking
        on page.spotify_id = lacking.album_id
    where page.kind = 'album-tracks' and page.ask_again_at <= now()
)

select
    whole.kind,
    whole.spotify_id,
    whole.next_offset,
    null::json as aliases,
    count(*) over ()::integer as calls_left
from next_call as whole
where whole.kind = any(%(kinds)s)
order by whole.kind desc, whole.release_date desc nulls last, whole.spotify_id
limit %(ask_count)s;
