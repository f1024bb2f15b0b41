-- Count, for each earlier import, the rows that it had told, too, in warehouse.etl_import_shared.
with shared as (
    select
        earlier_key,
        verdict = 'better' as is_replaced
    from pg_temp.history_play
    union all
    select
        earlier_key,
        verdict = 'better' as is_replaced
    from pg_temp.history_episode_play
    union all
    select
        earlier_key,
        is_replaced
    from pg_temp.told_verdict
)

insert into warehouse.etl_import_shared as known (
    import_key, earlier_key, shared_count, replaced_count
)
select
    %(import_key)s as import_key,
    earlier_key,
    count(*) as shared_count,
    count(*) filter (where is_replaced) as replaced_count
from shared
where earlier_key between 1 and %(import_key)s - 1
group by earlier_key
order by earlier_key
on conflict on constraint etl_import_shared_pk do update
    set
        shared_count = known.shared_count + excluded.shared_count,
        replaced_count = known.replaced_count + excluded.replaced_count;
