-- Find who needs no token on this machine: the first listener, as long as no token was ever made.
select
    coalesce((select min(listener_key) from warehouse.dim_listener), 0) as listener_key,
    exists(select 1 from warehouse.api_token) as has_tokens;
