-- Keep ratings. What a file says again is not given again: a dated row of the same moment,
-- or an undated one with the rating that the same file gave the album last.
with given as (
    select
        row_number,
        album_key,
        rating::numeric(5, 2) as rating,
        rated_at
    from unnest(
        %(row_number)s::integer[],
        %(album_key)s::integer[],
        %(rating)s::numeric[],
        %(rated_at)s::timestamptz[]
    ) as given (row_number, album_key, rating, rated_at)
)

insert into warehouse.fact_album_rating (
    listener_key, album_key, rating, rated_at, is_dated, rating_source
)
select
    %(listener_key)s as listener_key,
    given.album_key,
    given.rating,
    coalesce(given.rated_at, clock_timestamp()) as rated_at,
    given.rated_at is not null as is_dated,
    %(rating_source)s as rating_source
from given
where
    not starts_with(%(rating_source)s, 'file:')
    or given.rated_at is not null
    and not exists (
        select 1 from warehouse.fact_album_rating as known
        where
            known.listener_key = %(listener_key)s
            and known.album_key = given.album_key
            and known.rated_at = given.rated_at
            and known.rating = given.rating
            and known.is_dated
    )
    or given.rated_at is null
    and given.rating is distinct from (
        select known.rating from warehouse.fact_album_rating as known
        where
            known.listener_key = %(listener_key)s
            and known.album_key = given.album_key
            and known.rating_source = %(rating_source)s
            and not known.is_dated
        order by known.album_rating_key desc
        limit 1
    )
order by given.row_number
returning album_rating_key, album_key, rated_at, is_dated;
