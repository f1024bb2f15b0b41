-- Observations of sources to come: their plays are derived with those of polls and histories.
create table warehouse.source_told_play (
    told_at timestamptz not null,
    ended_at timestamptz,
    track_key integer not null,
    ms_played integer,
    length_ms integer,
    context_key integer not null default 0,
    listener_key smallint not null,
    ms_source smallint not null,
    constraint source_told_play_pk primary key (listener_key, ms_source, told_at, track_key),
    constraint source_told_play_ms_source_ck check (ms_source in (2, 3)),
    constraint source_told_play_ms_played_ck check (ms_played >= 0 and (ms_source = 2 or ms_played is null)),
    constraint source_told_play_length_ms_ck check (length_ms > 0)
);
create index source_told_play_track_key_ix on warehouse.source_told_play (track_key);
create index source_told_play_ended_at_ix
on warehouse.source_told_play (listener_key, ended_at, track_key) where ended_at is not null;
comment on table warehouse.source_told_play is
'Grain: one row per listener, source, moment and track, as a watcher or a scrobbling service told it.';
comment on column warehouse.source_told_play.told_at is
'End of the play where a watcher tells it, start where a scrobble does; UTC.';
comment on column warehouse.source_told_play.ended_at is
'Estimated end at which a scrobble''s play stands; null where another source tells it, and for watchers.';
comment on column warehouse.source_told_play.ms_played is
'Milliseconds really listened, as a watcher measured them.';
comment on column warehouse.source_told_play.length_ms is
'Length of the track in milliseconds, where the source told one.';
comment on column warehouse.source_told_play.ms_source is
'Who told: 2 the watcher, 3 a scrobbling service.';

alter table warehouse.fact_play drop constraint fact_play_ms_source_ck;
alter table warehouse.fact_play add constraint fact_play_ms_source_ck check (ms_source between 0 and 3);
comment on column warehouse.fact_play.played_at is
'End of the play, UTC; of a scrobble (ms_source 3) it is estimated.';
comment on column warehouse.fact_play.ms_source is
'By whom the play is known: 0 a poll, 1 the privacy export, 2 the watcher, 3 a scrobbling service.';

create table warehouse.etl_poll_skip (
    played_at timestamptz not null,
    track_uri text not null,
    reason text not null,
    noted_at timestamptz not null default now(),
    listener_key smallint not null,
    constraint etl_poll_skip_pk primary key (listener_key, played_at, track_uri),
    constraint etl_poll_skip_listener_fk foreign key (listener_key)
    references warehouse.dim_listener (listener_key)
);
comment on table warehouse.etl_poll_skip is
'Grain: one row per listener, moment and track of a poll that cannot have been played then.';
comment on column warehouse.etl_poll_skip.track_uri is
'As Spotify told it; empty where it told none.';

-- What polls told that cannot have been played then goes aside, out of the plays.
insert into warehouse.etl_poll_skip (played_at, track_uri, reason, listener_key)
select
    poll.played_at,
    coalesce(track.track_uri, '') as track_uri,
    case
        when poll.played_at < timestamptz '2006-04-23 00:00:00+00' then 'date before Spotify existed'
        else 'date in the future'
    end as reason,
    poll.listener_key
from warehouse.source_poll_play as poll
inner join warehouse.dim_track as track
    on poll.track_key = track.track_key
where
    poll.played_at < timestamptz '2006-04-23 00:00:00+00'
    or poll.played_at > now() + interval '1 day'
on conflict do nothing;

delete from warehouse.source_poll_play as poll
using warehouse.etl_poll_skip as skipped
where poll.listener_key = skipped.listener_key and poll.played_at = skipped.played_at;

insert into warehouse.etl_touched_span (listener_key, touched_from, touched_to)
select distinct
    listener_key,
    played_at as touched_from,
    played_at as touched_to
from warehouse.etl_poll_skip
on conflict do nothing;

delete from warehouse.fact_play as play
using warehouse.etl_poll_skip as skipped
where
    play.listener_key = skipped.listener_key
    and play.played_at = skipped.played_at
    and play.ms_source = 0;

-- No gap begins or ends with one; what it hid is not known.
delete from warehouse.etl_gap as gap
using warehouse.etl_poll_skip as skipped
where
    gap.listener_key = skipped.listener_key
    and (gap.gap_start = skipped.played_at or gap.gap_end = skipped.played_at);

-- The watermark goes back to the newest play that a poll brought; where there is none, there was no
-- poll that saw anything.
update warehouse.etl_watermark as mark
set watermark_at = newest.played_at
from (
    select
        listener_key,
        max(played_at) as played_at
    from warehouse.source_poll_play
    group by listener_key
) as newest
where
    mark.job = 'get_last_50'
    and mark.listener_key = newest.listener_key
    and mark.watermark_at > newest.played_at
    and mark.listener_key in (select skipped.listener_key from warehouse.etl_poll_skip as skipped);

delete from warehouse.etl_watermark as mark
using warehouse.etl_poll_skip as skipped
where
    mark.job = 'get_last_50'
    and mark.listener_key = skipped.listener_key
    and not exists (
        select 1 from warehouse.source_poll_play as poll
        where poll.listener_key = mark.listener_key
    );

-- What polls told twice, under two ids of one song, is one play with the next run.
insert into warehouse.etl_changed_class (listener_key, match_key)
select distinct
    poll.listener_key,
    track.match_key
from warehouse.source_poll_play as poll
inner join warehouse.dim_track as track
    on poll.track_key = track.track_key
group by poll.listener_key, track.match_key, poll.played_at
having count(*) > 1
on conflict do nothing;

update warehouse.etl_schema set version = 15;
