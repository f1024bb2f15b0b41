-- Write down what was asked for and not answered in full.
-- The pause grows with every attempt: some hours where nobody answered properly, a day for an
-- empty 404, which may be false, a month for what is missing, taken down or refused; pages that
-- are owed are asked for at once.
insert into warehouse.etl_owed_answer as known (
    kind, spotify_id, reason, ask_again_at, next_offset
)
select
    kind,
    spotify_id,
    reason,
    now() + case reason
        when 'pages' then interval '0 days'
        when 'trouble' then interval '6 hours'
        when 'empty' then interval '20 hours'
        else interval '30 days'
    end as ask_again_at,
    next_offset
from pg_temp.staged_owed_answer
order by kind, spotify_id
on conflict on constraint etl_owed_answer_pk do update
    set
        reason = excluded.reason,
        attempt_count = least(known.attempt_count + 1, 30),
        asked_at = now(),
        next_offset = excluded.next_offset,
        ask_again_at = now() + case excluded.reason
            when 'pages' then interval '0 days'
            when 'trouble' then interval '6 hours' * power(2, least(known.attempt_count, 7))
            when 'empty' then interval '20 hours' * power(2, least(known.attempt_count, 5))
            else interval '30 days' * power(2, least(known.attempt_count, 3))
        end;
