-- bi.episode_play
-- Grain: one row per listener, moment and episode.
-- Podcasts and audiobooks, from the privacy export alone: Spotify's recently-played never
-- shows them.
create view bi.episode_play as
select
    play.listener_key,
    play.played_at at time zone 'UTC' as played_at_utc,
    clock.played_at_local,
    clock.played_at_local::date as play_date,
    to_char(clock.played_at_local, 'YYYYMMDD')::integer as date_key,
    extract(hour from clock.played_at_local)::smallint as hour_of_day,
    play.episode_key,
    coalesce(play.ms_played, 0) as ms_listened,
    not exists (
        select 1 from warehouse.dim_exclusion as rule
        where
            rule.listener_key = play.listener_key
            and case
                when rule.rule = 'show' then rule.show_key = episode.show_key
                when rule.rule = 'dates'
                    then clock.played_at_local::date between rule.first_date and rule.last_date
                when rule.rule = 'hours' and rule.first_hour < rule.end_hour
                    then
                        extract(hour from clock.played_at_local) >= rule.first_hour
                        and extract(hour from clock.played_at_local) < rule.end_hour
                when rule.rule = 'hours'
                    then
                        extract(hour from clock.played_at_local) >= rule.first_hour
                        or extract(hour from clock.played_at_local) < rule.end_hour
                else false
            end
    ) as is_counted
from warehouse.fact_episode_play as play
inner join warehouse.dim_listener as listener
    on play.listener_key = listener.listener_key
inner join warehouse.dim_episode as episode
    on play.episode_key = episode.episode_key
cross join lateral (
    select play.played_at at time zone listener.timezone as played_at_local
) as clock;
comment on view bi.episode_play is
'Grain: one row per listener, moment and episode. Podcasts and audiobooks, from the privacy '
'export alone: Spotify''s recently-played never shows them.';
comment on column bi.episode_play.listener_key is 'Whose: bi.listener.';
comment on column bi.episode_play.played_at_utc is 'End of the play, UTC.';
comment on column bi.episode_play.played_at_local is 'End of the play on the listeners clock.';
comment on column bi.episode_play.play_date is 'Day on the listeners calendar.';
comment on column bi.episode_play.date_key is 'The same day as yyyymmdd: bi.calendar.';
comment on column bi.episode_play.hour_of_day is 'Hour on the listeners clock, 0 to 23.';
comment on column bi.episode_play.episode_key is 'What was played: bi.episode.';
comment on column bi.episode_play.ms_listened is 'Milliseconds listened, as the export measured.';
comment on column bi.episode_play.is_counted is 'False where a rule of bi.exclusion takes the play out of every sum.';
