-- bi.artist_month
-- Grain: one row per listener, month and artist heard in it.
-- Fast for named artists, or for named months.
create view bi.artist_month as
select
    summary.listener_key,
    summary.month_date,
    credit.artist_key,
    artist.artist_name,
    sum(summary.play_count)::integer as play_count,
    sum(summary.listen_count)::integer as listen_count,
    sum(summary.ms_measured + summary.ms_estimated)::bigint as ms_listened,
    sum(summary.ms_estimated)::bigint as ms_estimated
from warehouse.summary_month_track as summary
inner join bi.track_artist as credit
    on summary.track_key = credit.track_key
inner join bi.artist as artist
    on credit.artist_key = artist.artist_key
group by summary.listener_key, summary.month_date, credit.artist_key, artist.artist_name;
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
