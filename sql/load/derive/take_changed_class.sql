-- Take over the match classes that another listener's run has changed since our last one.
-- In the order in which they are noted, or two runs might wait for each other.
with noted as (
    select match_key
    from warehouse.etl_changed_class
    where listener_key = %(listener_key)s
    order by match_key
    for update
),

taken as (
    delete from warehouse.etl_changed_class as known
    using noted
    where known.listener_key = %(listener_key)s and known.match_key = noted.match_key
    returning known.match_key
)

insert into pg_temp.changed_class (match_key)
select match_key from taken;
