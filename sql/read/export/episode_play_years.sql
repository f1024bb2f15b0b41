-- Find the first and the last year (UTC) in which a listener has rows of fact_episode_play.
select
    extract(year from min(played_at) at time zone 'UTC')::integer as first_year,
    extract(year from max(played_at) at time zone 'UTC')::integer as last_year
from warehouse.fact_episode_play
where listener_key = %(listener)s;
