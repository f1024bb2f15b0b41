-- Read every token of the API, and every browser let in, as their owner may see them.
select
    token.api_token_key,
    token.token_name,
    coalesce(listener.listener_name, 'the first listener') as listener_name,
    token.may_rate,
    token.may_read_all,
    token.created_at,
    token.last_used_at,
    token.revoked_at,
    token.expires_at,
    token.expires_at <= now() as is_expired
from warehouse.api_token as token
left join bi.listener as listener
    on token.listener_key = listener.listener_key
order by token.api_token_key;
