-- Keep the code of a new link for ten minutes; those that nobody used in time are cleared away.
with cleared as (
    delete from warehouse.api_entry
    where expires_at <= now()
)

insert into warehouse.api_entry (code_hash, listener_key, may_read_all, expires_at)
values (
    %(code_hash)s, %(listener_key)s, %(may_read_all)s, now() + interval '10 minutes'
)
returning expires_at;
