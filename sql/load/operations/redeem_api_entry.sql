-- Exchange the code of a link, once, for what lets a browser in for ninety days.
-- One statement, so that of two browsers with one link only one gets in.
with entry as (
    delete from warehouse.api_entry
    where code_hash = %(code_hash)s
    returning listener_key, may_read_all, expires_at
)

insert into warehouse.api_token (
    token_hash, token_name, listener_key, may_rate, may_read_all, is_browser, expires_at
)
select
    %(token_hash)s as token_hash,
    'browser' as token_name,
    entry.listener_key,
    true as may_rate,
    entry.may_read_all,
    true as is_browser,
    now() + interval '90 days' as expires_at
from entry
where entry.expires_at > now()
returning api_token_key;
