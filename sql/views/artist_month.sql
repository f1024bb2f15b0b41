-- bi.artist_month
-- Grain: one row per listener, month and artist heard in it.
-- Fast for named artists, or for named months.
create view bi.artist_month as
with heard as (
    select
        summary.listener_key,
        summary.month_date,
        credit.artist_key,
        sum(summary.play_count)::integer as play_count,
        sum(summary.listen_count)::integer as listen_count,
        sum(summary.ms_measured + summary.ms_estimated)::bigint as ms_listened,
        sum(summary.ms_estimated)::bigint as ms_estimated,
        sum(summary.unmeasured_count)::integer as unmeasured_count
    from warehouse.summary_month_track as summary
    inner join bi.track_artist as credit
        on summary.track_key = credit.track_key
    where credit.artist_key <> 0
    group by summary.listener_key, summary.month_date, credit.artist_key
)

select
    heard.listener_key,
    heard.month_date,
    heard.artist_key,
    artist.artist_name,
    heard.play_count,
    heard.listen_count,
    heard.ms_listened,
    heard.ms_estimated,
    case
        when heard.unmeasured_count > 0 then month.certainty_if_estimated
        else month.certainty_if_measured
    end as certainty,
    month.count_certainty
from heard
inner join bi.artist as artist
    on heard.artist_key = artist.artist_key
inner join bi.seen_month as month
    on heard.listener_key = month.listener_key and heard.month_date = month.month_date;
comment on view bi.artist_month is
'Grain: one row per listener, month and artist heard in it. Fast for named artists, or for named months.';
comment on column bi.artist_month.listener_key is 'Whose: bi.listener.';
comment on column bi.artist_month.month_date is 'First day of the month.';
comment on column bi.artist_month.artist_key is 'The artist: bi.artist.';
comment on column bi.artist_month.artist_name is 'Name.';
comment on column bi.artist_month.play_count is 'Plays that are counted, of any length.';
comment on column bi.artist_month.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.artist_month.ms_listened is 'Milliseconds listened.';
comment on column bi.artist_month.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.artist_month.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.artist_month.count_certainty is 'Of the counts: exact, at least or not seen.';
