-- Keep a new pass for ten minutes: a token that a page of the dashboard has for the stream of what
-- plays. Those that are over are cleared away.
with cleared as (
    delete from warehouse.api_token
    where
        token_name = 'page of the dashboard'
        and not is_browser
        and expires_at <= now()
)

insert into warehouse.api_token (token_hash, token_name, listener_key, may_rate, may_read_all, expires_at)
values (
    %(token_hash)s, 'page of the dashboard', %(listener_key)s, false, false, now() + interval '10 minutes'
)
returning api_token_key;
