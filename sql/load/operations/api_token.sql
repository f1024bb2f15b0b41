-- Keep a new token of the API.
insert into warehouse.api_token (token_hash, token_name, listener_key, may_rate, may_read_all)
values (
    %(token_hash)s, %(token_name)s, %(listener_key)s, %(may_rate)s, %(may_read_all)s
)
returning api_token_key;
