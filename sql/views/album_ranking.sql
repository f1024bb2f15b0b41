-- bi.album_ranking
-- Grain: one row per listener, method and album that the method ranks.
-- average: the mean of the ratings. bayesian: (v R + m C) / (v + m), with v ratings of mean R,
-- and m and C from warehouse.dim_rank_method (C null: the mean of all ratings).
-- plays: milliseconds listened per track. blend: the rating's share w of bayesian / 100 plus
-- 1 - w of ln(1 + minutes per track), as a part of the greatest of the albums that blend ranks.
-- plays and blend leave out singles of up to three tracks, unless they are rated.
-- Ties: the higher mean, more ratings, more time listened, then title, artist and id.
create view bi.album_ranking as
with scored as (
    select
        score.*,
        album.folded_name,
        album.folded_artist_name,
        album.album_id,
        album.album_type = 'single' and coalesce(album.total_track_count, 1) <= 3 as is_single,
        coalesce(
            bayesian.prior_mean,
            sum(score.average_rating * score.rating_count) over listened
            / nullif(sum(score.rating_count) over listened, 0),
            50
        )::double precision as prior_mean,
        bayesian.prior_weight,
        ln(1 + score.ms_per_track::double precision / 60000)
        / nullif(
            max(ln(1 + score.ms_per_track::double precision / 60000)) filter (
                where
                score.rating_count > 0
                or album.album_type is distinct from 'single'
                or coalesce(album.total_track_count, 1) > 3
            ) over listened,
            0
        ) as listened_share
    from part.album_score as score
    inner join warehouse.dim_album as album
        on score.album_key = album.album_key
    cross join (
        select
            prior_weight,
            prior_mean
        from warehouse.dim_rank_method
        where name = 'bayesian'
    ) as bayesian
    window listened as (partition by score.listener_key)
),

weighted as (
    select
        scored.*,
        coalesce(
            (
                rating_count * coalesce(average_rating, 0)::double precision
                + prior_weight * prior_mean
            ) / nullif(rating_count + prior_weight, 0
            ),
            prior_mean
        ) as bayesian_rating
    from scored
),

judged as (
    select
        weighted.*,
        method.rank_method,
        method.name as method,
        round(
            case method.name
                when 'average' then weighted.average_rating
                when 'bayesian' then weighted.bayesian_rating::numeric
                when 'plays' then weighted.ms_per_track
                else (
                    100 * method.rating_weight * weighted.bayesian_rating / 100
                    + 100 * (1 - method.rating_weight) * coalesce(weighted.listened_share, 0)
                )::numeric
            end, 4
        ) as score
    from weighted
    cross join warehouse.dim_rank_method as method
    where
        weighted.rating_count > 0 and method.name <> 'plays'
        or weighted.ms_per_track > 0
        and method.name in ('plays', 'blend')
        and (weighted.is_single is not true or weighted.rating_count > 0)
),

ranked as (
    select
        judged.*,
        row_number() over (
            partition by judged.listener_key, judged.rank_method
            order by
                judged.score desc,
                judged.average_rating desc nulls last,
                judged.rating_count desc,
                judged.ms_listened desc,
                judged.folded_name collate "C",
                judged.folded_artist_name collate "C",
                judged.album_id collate "C",
                judged.album_key
        )::integer as rank
    from judged
)

select
    ranked.listener_key,
    ranked.method,
    ranked.rank,
    ranked.album_key,
    ranked.score,
    round(ranked.average_rating, 2) as average_rating,
    ranked.rating_count,
    ranked.ms_listened,
    ranked.ms_per_track::bigint as ms_per_track,
    (
        select past.rank from warehouse.fact_album_rank as past
        where
            past.listener_key = ranked.listener_key
            and past.rank_method = ranked.rank_method
            and past.album_key = ranked.album_key
            and past.valid_from <= today.today - 1
            and (past.valid_to is null or past.valid_to >= today.today - 1)
    ) - ranked.rank as places_up_since_yesterday,
    (
        select past.rank from warehouse.fact_album_rank as past
        where
            past.listener_key = ranked.listener_key
            and past.rank_method = ranked.rank_method
            and past.album_key = ranked.album_key
            and past.valid_from <= today.today - 7
            and (past.valid_to is null or past.valid_to >= today.today - 7)
    ) - ranked.rank as places_up_since_last_week,
    (
        select past.rank from warehouse.fact_album_rank as past
        where
            past.listener_key = ranked.listener_key
            and past.rank_method = ranked.rank_method
            and past.album_key = ranked.album_key
            and past.valid_from <= (today.today - interval '1 month')::date
            and (
                past.valid_to is null
                or past.valid_to >= (today.today - interval '1 month')::date
            )
    ) - ranked.rank as places_up_since_last_month,
    ranked.certainty
from ranked
inner join (
    select
        listener_key,
        (now() at time zone timezone)::date as today
    from warehouse.dim_listener
    union all
    select
        0 as listener_key,
        (now() at time zone 'UTC')::date as today
) as today
    on ranked.listener_key = today.listener_key;
comment on view bi.album_ranking is
'Grain: one row per listener, method and album that the method ranks.';
comment on column bi.album_ranking.listener_key is 'Whose ranking: bi.listener; 0 is all listeners together.';
comment on column bi.album_ranking.method is 'average, bayesian, plays or blend.';
comment on column bi.album_ranking.rank is 'Place, from 1, without ties.';
comment on column bi.album_ranking.album_key is 'The album: bi.album.';
comment on column bi.album_ranking.score is '0 to 100; with plays, milliseconds per track.';
comment on column bi.album_ranking.average_rating is 'Mean of the ratings that count; null where nobody rated it.';
comment on column bi.album_ranking.rating_count is 'How many ratings count: one a listener at most.';
comment on column bi.album_ranking.ms_listened is 'Milliseconds listened, as of the last run of rank_albums.';
comment on column bi.album_ranking.ms_per_track is 'The same divided by the number of tracks.';
comment on column bi.album_ranking.places_up_since_yesterday is
'Places gained, negative where lost; null where not ranked.';
comment on column bi.album_ranking.places_up_since_last_week is 'The same since this day last week.';
comment on column bi.album_ranking.places_up_since_last_month is 'The same since this day last month.';
comment on column bi.album_ranking.certainty is
'Of ms_listened, as of the last run of rank_albums: exact, about, at least or not fully seen; null where '
'nothing was heard.';
