-- Read every token of the API as its owner may see it.
select
    token.api_token_key,
    token.token_name,
    listener.listener_name,
    token.may_rate,
    token.may_read_all,
    token.created_at,
    token.last_used_at,
    token.revoked_at
from warehouse.api_token as token
inner join bi.listener as listener
    on token.listener_key = listener.listener_key
order by token.api_token_key;
