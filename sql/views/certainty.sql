-- bi.certainty
-- Grain: one row per answer to three questions: how much was seen, was anything played, is a
-- part of its time estimated.
-- The rule by which every number says how sure it is, for sums of one's own: how much of a
-- period was seen stands in bi.period, of a month in bi.seen_month.
create view bi.certainty as
select
    seen,
    has_plays,
    is_estimated,
    certainty,
    count_certainty
from part.certainty;
comment on view bi.certainty is
'Grain: one row per answer to three questions: how much was seen, was anything played, is a part of its '
'time estimated. The rule by which every number says how sure it is, for sums of one''s own: how much of a '
'period was seen stands in bi.period, of a month in bi.seen_month.';
comment on column bi.certainty.seen is 'Of the span: whole, part or none. A span ends now.';
comment on column bi.certainty.has_plays is 'Some counted play is known.';
comment on column bi.certainty.is_estimated is
'The time of some counted play was not measured: estimated, or of unknown length.';
comment on column bi.certainty.certainty is
'The word for sums of time: exact, about, at least, not fully seen or not seen; then there is no number.';
comment on column bi.certainty.count_certainty is 'The word for counts of plays: exact, at least or not seen.';
