-- part.certainty
-- Grain: one row per answer to two questions: was everything seen, is a part estimated.
-- The words that stand beside every sum. A gap makes counts a lower bound; with estimated
-- time beside it, hours may err both ways.
create view part.certainty as
select
    word.is_fully_seen,
    word.is_estimated,
    word.certainty,
    case when word.is_fully_seen then 'exact' else 'at least' end as count_certainty
from (
    values
    (true, false, 'exact'),
    (true, true, 'about'),
    (false, false, 'at least'),
    (false, true, 'not fully seen')
) as word (is_fully_seen, is_estimated, certainty);
comment on view part.certainty is
'Grain: one row per answer to two questions: was everything seen, is a part estimated. The words that '
'stand beside every sum. A gap makes counts a lower bound; with estimated time beside it, hours '
'may err both ways.';
comment on column part.certainty.is_fully_seen is 'No gap, and nothing that nobody looked at.';
comment on column part.certainty.is_estimated is 'Some of the time is estimated.';
comment on column part.certainty.certainty is 'The word for sums of time.';
comment on column part.certainty.count_certainty is 'The word for counts of plays.';
