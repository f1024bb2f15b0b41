create table warehouse.etl_touched_track (
    track_key integer not null,
    listener_key smallint not null,
    changes_listens boolean not null,
    constraint etl_touched_track_pk primary key (listener_key, track_key),
    constraint etl_touched_track_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_touched_track is
'Grain: one row per listener and track whose length is another since the summaries were derived.';
comment on column warehouse.etl_touched_track.changes_listens is
'The time from which on a measured play of it counts as a listen is another, too.';

-- Spotify began in 2006: what lies outside the calendar came from a broken clock or a test.
delete from warehouse.fact_play
where played_at < '2000-01-02 00:00:00+00' or played_at >= '2050-12-31 00:00:00+00';
delete from warehouse.fact_episode_play
where played_at < '2000-01-02 00:00:00+00' or played_at >= '2050-12-31 00:00:00+00';
delete from warehouse.source_poll_play
where played_at < '2000-01-02 00:00:00+00' or played_at >= '2050-12-31 00:00:00+00';
alter table warehouse.fact_play add constraint fact_play_played_at_ck check (
    played_at >= '2000-01-02 00:00:00+00' and played_at < '2050-12-31 00:00:00+00'
);
alter table warehouse.fact_episode_play add constraint fact_episode_play_played_at_ck check (
    played_at >= '2000-01-02 00:00:00+00' and played_at < '2050-12-31 00:00:00+00'
);
alter table warehouse.source_poll_play add constraint source_poll_play_played_at_ck check (
    played_at >= '2000-01-02 00:00:00+00' and played_at < '2050-12-31 00:00:00+00'
);
comment on column warehouse.fact_play.played_at is
'End of the play, UTC; of a scrobble (ms_source 3) it is estimated. In every time zone a day of dim_date.';
comment on column warehouse.fact_episode_play.played_at is
'End of the play, UTC; in every time zone a day of dim_date.';

-- Every summary is derived again: what they hold, and how sessions are parted, is another.
alter table warehouse.summary_month_track add column reasoned_count integer not null default 0;
alter table warehouse.summary_month_track alter column reasoned_count drop default;
alter table warehouse.summary_track add column reasoned_count integer not null default 0;
alter table warehouse.summary_track alter column reasoned_count drop default;
comment on column warehouse.summary_month_track.judged_count is
'Plays of which the export says whether they were skipped, or why they ended.';
comment on column warehouse.summary_month_track.reasoned_count is
'Of these: plays without Spotify''s flag, judged by why they ended.';
comment on column warehouse.summary_track.judged_count is
'Plays of which the export says whether they were skipped, or why they ended.';
comment on column warehouse.summary_track.reasoned_count is
'Of these: plays without Spotify''s flag, judged by why they ended.';
comment on table warehouse.summary_session is
'Grain: one row per listener and session: counted plays with silences of at most 30 minutes.';
comment on column warehouse.summary_session.started_at is
'When the earliest of its plays began: its end less what was listened of it.';
insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
select
    listener_key,
    '-infinity' as touched_from,
    'infinity' as touched_to
from warehouse.dim_listener
on conflict on constraint etl_touched_span_pk do nothing;

-- And every recording is found again: lengths no longer follow one another in a chain.
update warehouse.dim_track set joined_at = '-infinity'
where recording_key <> 0;

update warehouse.etl_schema set version = 16, oldest_code = 16;
