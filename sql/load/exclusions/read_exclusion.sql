-- Read the listener's rules, oldest first; what shares a name once.
select
    rule,
    excluded
from bi.exclusion
where listener_key = %(listener_key)s
group by rule, excluded
order by min(exclusion_key);
