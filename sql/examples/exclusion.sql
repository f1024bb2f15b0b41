-- What is left out, and since when:
select
    rule,
    excluded,
    created_at_local
from bi.exclusion
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
order by created_at_local;
