-- part.certainty
-- Grain: one row per answer to three questions: how much was seen, was anything played, is a
-- part of its time estimated.
-- The words that stand beside every sum: this table is the rule, and there is no other. A part
-- that nobody saw makes counts a lower bound; with estimated time beside it, hours may err both
-- ways. Where nothing was seen and nothing is known, there is no number at all.
create view part.certainty as
select
    word.seen,
    word.has_plays,
    word.is_estimated,
    word.certainty,
    word.count_certainty
from (
    values
    ('whole', false, false, 'exact', 'exact'),
    ('whole', true, false, 'exact', 'exact'),
    ('whole', true, true, 'about', 'exact'),
    ('part', false, false, 'at least', 'at least'),
    ('part', true, false, 'at least', 'at least'),
    ('part', true, true, 'not fully seen', 'at least'),
    ('none', true, false, 'at least', 'at least'),
    ('none', true, true, 'not fully seen', 'at least'),
    ('none', false, false, 'not seen', 'not seen')
) as word (seen, has_plays, is_estimated, certainty, count_certainty);
comment on view part.certainty is
'Grain: one row per answer to three questions: how much was seen, was anything played, is a part of its '
'time estimated. The words that stand beside every sum: this table is the rule, and there is no other. '
'A part that nobody saw makes counts a lower bound; with estimated time beside it, hours may err both '
'ways. Where nothing was seen and nothing is known, there is no number at all.';
comment on column part.certainty.seen is 'Of the span: whole, part or none.';
comment on column part.certainty.has_plays is 'Some counted play is known.';
comment on column part.certainty.is_estimated is
'The time of some counted play was not measured: estimated, or of unknown length.';
comment on column part.certainty.certainty is 'The word for sums of time.';
comment on column part.certainty.count_certainty is 'The word for counts of plays.';
