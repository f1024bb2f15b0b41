-- Keep a new token of the API; no row comes back where the listener is unknown, or not the only one.
insert into warehouse.api_token (token_hash, token_name, listener_key, may_rate, may_read_all)
select
    %(token_hash)s as token_hash,
    %(token_name)s as token_name,
    min(listener_key) as listener_key,
    %(may_rate)s as may_rate,
    %(may_read_all)s as may_read_all
from warehouse.dim_listener
where
    %(listener)s::text is null
    or %(listener)s in (listener_key::text, account_id, display_name)
having count(*) = 1
returning api_token_key;
