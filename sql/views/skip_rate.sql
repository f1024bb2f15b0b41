-- bi.skip_rate
-- Grain: one row per listener, period and artist with plays that the export judges.
-- Skipped is what Spotify's export calls so; polled plays say nothing and are left out.
-- A rate from few plays means little: ask for judged_count >= 20.
create view bi.skip_rate as
select
    heard.listener_key,
    heard.period,
    credit.artist_key,
    artist.artist_name,
    sum(heard.judged_count)::integer as judged_count,
    sum(heard.skip_count)::integer as skip_count,
    round(100.0 * sum(heard.skip_count) / sum(heard.judged_count), 1)::numeric(4, 1) as skip_pct
from bi.period_track as heard
inner join bi.track_artist as credit
    on heard.track_key = credit.track_key
inner join bi.artist as artist
    on credit.artist_key = artist.artist_key
where heard.judged_count > 0
group by heard.listener_key, heard.period, credit.artist_key, artist.artist_name;
comment on view bi.skip_rate is
'Grain: one row per listener, period and artist with plays that the export judges. Skipped is what '
'Spotify''s export calls so; polled plays say nothing and are left out. A rate from few plays '
'means little: ask for judged_count >= 20.';
comment on column bi.skip_rate.listener_key is 'Whose: bi.listener.';
comment on column bi.skip_rate.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.skip_rate.artist_key is 'The artist: bi.artist.';
comment on column bi.skip_rate.artist_name is 'Name.';
comment on column bi.skip_rate.judged_count is 'Plays of which the export says whether they were skipped.';
comment on column bi.skip_rate.skip_count is 'Of these: skipped.';
comment on column bi.skip_rate.skip_pct is 'skip_count in percent of judged_count.';
