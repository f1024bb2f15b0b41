-- End a token of the API now.
update warehouse.api_token
set revoked_at = now()
where api_token_key = %(api_token_key)s and revoked_at is null
returning api_token_key;
