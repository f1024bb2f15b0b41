-- Make the listener whose history comes before their first sign-in; there is one at most.
-- That sign-in takes them over (etl_sign_in.sql). Where somebody has signed in meanwhile,
-- nobody is made and no row comes back.
insert into warehouse.dim_listener as target (account_id, timezone)
select
    null as account_id,
    %(timezone)s as timezone
where
    not exists (
        select 1 from warehouse.dim_listener as signed_in
        where signed_in.account_id is not null
    )
on conflict on constraint dim_listener_natural_key do update
    set timezone = excluded.timezone
returning listener_key;
