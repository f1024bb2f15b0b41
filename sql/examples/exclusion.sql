-- What is left out, and since when:
select
    rule,
    excluded,
    created_at_local
from bi.exclusion
where listener_key = 1
order by created_at_local;
