-- Take over the match classes that another listener's run has changed since our last one.
with taken as (
    delete from warehouse.etl_changed_class
    where listener_key = %(listener_key)s
    returning match_key
)

insert into pg_temp.changed_class (match_key)
select match_key from taken;
