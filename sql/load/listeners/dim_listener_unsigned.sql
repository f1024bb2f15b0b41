-- Make the listener whose history comes before their first sign-in; there is one at most.
-- That sign-in takes them over (etl_sign_in.sql). Where somebody has signed in meanwhile,
-- nobody is made and no row comes back. Whoever was made before keeps their time zone.
insert into warehouse.dim_listener as target (account_id, timezone)
select
    null as account_id,
    coalesce(
        (
            select given.zone_name
            from unnest(%(zones)s::text[]) with ordinality as given (zone_name, place)
            inner join pg_timezone_names as known
                on given.zone_name = known.name
            order by given.place
            limit 1
        ),
        'UTC'
    ) as timezone
where
    not exists (
        select 1 from warehouse.dim_listener as signed_in
        where signed_in.account_id is not null
    )
on conflict on constraint dim_listener_natural_key do update
    set account_id = excluded.account_id
returning
    listener_key,
    timezone;
