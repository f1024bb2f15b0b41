-- bi.skip_rate
-- Grain: one row per listener, period and artist with plays that the export judges.
-- Skipped is what Spotify's export calls so. Where its flag is missing (in nearly every row of
-- an old export) why the play ended is asked: the forward button is a skip, any other known
-- reason is none; reasoned_count says of how many. Polled plays say neither and are left out:
-- judged_count is n of play_count. A rate from few plays means little: ask for judged_count >= 20.
create view bi.skip_rate as
with judged as (
    select
        heard.listener_key,
        heard.period,
        credit.artist_key,
        sum(heard.play_count)::integer as play_count,
        sum(heard.judged_count)::integer as judged_count,
        sum(heard.skip_count)::integer as skip_count,
        sum(heard.reasoned_count)::integer as reasoned_count
    from part.period_track as heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    where credit.artist_key <> 0
    group by heard.listener_key, heard.period, credit.artist_key
    having sum(heard.judged_count) > 0
)

select
    judged.listener_key,
    judged.period,
    judged.artist_key,
    artist.artist_name,
    judged.play_count,
    judged.judged_count,
    judged.reasoned_count,
    judged.skip_count,
    round(100.0 * judged.skip_count / judged.judged_count, 1)::numeric(4, 1) as skip_pct,
    case
        when judged.judged_count = judged.play_count then word.count_certainty
        else 'at least'
    end as certainty
from judged
inner join bi.period as period
    on judged.listener_key = period.listener_key and judged.period = period.period
inner join part.certainty as word
    on period.seen = word.seen and word.has_plays and not word.is_estimated
inner join bi.artist as artist
    on judged.artist_key = artist.artist_key;
comment on view bi.skip_rate is
'Grain: one row per listener, period and artist with plays that the export judges. Skipped is what '
'Spotify''s export calls so. Where its flag is missing (in nearly every row of an old export) why the '
'play ended is asked: the forward button is a skip, any other known reason is none; reasoned_count says '
'of how many. Polled plays say neither and are left out: judged_count is n of play_count. A rate from '
'few plays means little: ask for judged_count >= 20.';
comment on column bi.skip_rate.listener_key is 'Whose: bi.listener.';
comment on column bi.skip_rate.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.skip_rate.artist_key is 'The artist: bi.artist.';
comment on column bi.skip_rate.artist_name is 'Name.';
comment on column bi.skip_rate.play_count is 'Plays that are counted, judged or not.';
comment on column bi.skip_rate.judged_count is
'Of these: plays of which the export says whether they were skipped, or why they ended.';
comment on column bi.skip_rate.reasoned_count is
'Of the judged: plays without Spotify''s flag, judged by why they ended.';
comment on column bi.skip_rate.skip_count is 'Of the judged: skipped.';
comment on column bi.skip_rate.skip_pct is 'skip_count in percent of judged_count.';
comment on column bi.skip_rate.certainty is
'Of the counts: exact where all of the period was seen and every play of the artist is judged, else at least.';
