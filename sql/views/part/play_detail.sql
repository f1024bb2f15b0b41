-- part.play_detail
-- Grain: one row per combination of particulars of a play, with whether it was a skip.
-- Spotify's flag says so. Where an export is silent (older ones are in nearly every row), why the
-- play ended says it: the forward button is a skip, any other known reason is none. A row whose
-- flag and reason are both missing is judged by nobody.
create view part.play_detail as
select
    play_detail_key,
    coalesce(is_skipped, reason_end = 'fwdbtn') as is_skip,
    is_skipped is null and reason_end is not null as is_reasoned
from (
    select
        play_detail_key,
        is_skipped,
        nullif(reason_end, 'unknown') as reason_end
    from warehouse.dim_play_detail
) as told;
comment on view part.play_detail is
'Grain: one row per combination of particulars of a play, with whether it was a skip.';
comment on column part.play_detail.play_detail_key is 'Key of the row.';
comment on column part.play_detail.is_skip is 'As the flag says, else why the play ended; null where neither tells.';
comment on column part.play_detail.is_reasoned is 'The flag is missing: why the play ended was asked.';
