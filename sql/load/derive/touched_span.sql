-- Note the stretches of time in which this transaction has added or taken away plays.
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
with observation as (
    select played_at from pg_temp.new_observation
    union all
    select told_at from pg_temp.placed_play
    union all
    select stood_at from pg_temp.placed_play
    union all
    select stands_at from pg_temp.placed_play
)

select
    %(listener_key)s as listener_key,
    min(played_at) as touched_from,
    max(played_at) as touched_to
from observation
where played_at is not null
group by date_trunc('month', played_at)
on conflict on constraint etl_touched_span_pk do nothing;
