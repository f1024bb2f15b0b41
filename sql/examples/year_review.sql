-- The years as statements:
select *
from bi.year_review
where
    listener_key in (
        select listener_key from bi.listener
        where lower(listener_name) = 'ada'
    )
order by year;
