-- Read what all listeners together heard in one year; no row where they heard nothing.
select
    review.year,
    sum(review.play_count)::integer as play_count,
    sum(review.ms_listened)::bigint as ms_listened,
    bool_and(review.count_certainty = 'exact') as is_exact,
    sum(review.open_gap_count)::integer as open_gap_count
from bi.year_review as review
where review.year = %(year)s
group by review.year;
