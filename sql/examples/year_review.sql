-- The years as statements:
select *
from bi.year_review
where listener_key = 1
order by year;
