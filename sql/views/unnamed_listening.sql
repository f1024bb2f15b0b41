-- bi.unnamed_listening
-- Grain: one row per listener, period and kind of thing, where plays of it have no name.
-- What stands in no top list, since nobody knows what it was: an export has rows without a title,
-- names without an album, and tracks that nobody is credited on. The sums of a period hold them.
create view bi.unnamed_listening as
with heard as (
    select
        played.listener_key,
        played.period,
        played.play_count,
        played.ms_listened,
        played.ms_estimated,
        played.unmeasured_count,
        played.track_key = 0 as is_unnamed_song,
        track.album_key = 0 as is_unnamed_album,
        not exists (
            select 1 from bi.track_artist as credit
            where credit.track_key = played.track_key and credit.artist_key <> 0
        ) as is_unnamed_artist
    from part.period_track as played
    inner join warehouse.dim_track as track
        on played.track_key = track.track_key
    where played.play_count > 0
),

summed as (
    select
        heard.listener_key,
        heard.period,
        kind.kind,
        sum(heard.play_count)::integer as play_count,
        sum(heard.ms_listened)::bigint as ms_listened,
        sum(heard.ms_estimated)::bigint as ms_estimated,
        sum(heard.unmeasured_count)::integer as unmeasured_count
    from heard
    cross join (values ('song'), ('album'), ('artist')) as kind (kind)
    where
        case kind.kind
            when 'song' then heard.is_unnamed_song
            when 'album' then heard.is_unnamed_album
            else heard.is_unnamed_artist
        end
    group by heard.listener_key, heard.period, kind.kind
)

select
    summed.listener_key,
    summed.period,
    summed.kind,
    summed.play_count,
    summed.ms_listened,
    summed.ms_estimated,
    word.certainty,
    word.count_certainty
from summed
inner join bi.period as period
    on summed.listener_key = period.listener_key and summed.period = period.period
inner join part.certainty as word
    on
        period.seen = word.seen
        and word.has_plays
        and (summed.unmeasured_count > 0) = word.is_estimated;
comment on view bi.unnamed_listening is
'Grain: one row per listener, period and kind of thing, where plays of it have no name. What stands in no '
'top list, since nobody knows what it was: an export has rows without a title, names without an album, and '
'tracks that nobody is credited on. The sums of a period hold them.';
comment on column bi.unnamed_listening.listener_key is 'Whose: bi.listener.';
comment on column bi.unnamed_listening.period is
'7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.unnamed_listening.kind is 'song, album or artist: which top list lacks these plays.';
comment on column bi.unnamed_listening.play_count is 'Plays that are counted, of any length.';
comment on column bi.unnamed_listening.ms_listened is 'Milliseconds listened.';
comment on column bi.unnamed_listening.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.unnamed_listening.certainty is 'Of ms_listened: exact, about, at least or not fully seen.';
comment on column bi.unnamed_listening.count_certainty is 'Of the counts: exact or at least.';
