-- bi.top_artist
-- Grain: one row per listener, period, credit and artist heard in it.
-- Places go by time listened, then plays, then name, for each credit apart: all, main, featured.
-- A play of a track with three artists counts whole for each of the three. The unknown artist
-- has no place: bi.unnamed_listening tells of it.
create view bi.top_artist as
with artist as (
    select
        heard.listener_key,
        heard.period,
        credit.artist_key,
        sum(heard.play_count)::integer as play_count,
        sum(heard.listen_count)::integer as listen_count,
        sum(heard.ms_listened)::bigint as ms_listened,
        sum(heard.ms_estimated)::bigint as ms_estimated,
        sum(heard.unmeasured_count)::integer as unmeasured_count,
        sum(heard.previous_play_count)::integer as previous_play_count,
        sum(heard.previous_ms_listened)::bigint as previous_ms_listened,
        credit.artist_role
    from part.period_track as heard
    inner join bi.track_artist as credit
        on heard.track_key = credit.track_key
    where credit.artist_key <> 0
    group by heard.listener_key, heard.period, credit.artist_key, credit.artist_role
),

credited as (
    select
        artist.listener_key,
        artist.period,
        kind.credit,
        artist.artist_key,
        sum(artist.play_count)::integer as play_count,
        sum(artist.listen_count)::integer as listen_count,
        sum(artist.ms_listened)::bigint as ms_listened,
        sum(artist.ms_estimated)::bigint as ms_estimated,
        sum(artist.unmeasured_count)::integer as unmeasured_count,
        coalesce(sum(artist.ms_listened) filter (where artist.artist_role = 'main'), 0)::bigint
            as ms_as_main,
        coalesce(sum(artist.ms_listened) filter (where artist.artist_role = 'featured'), 0)::bigint
            as ms_as_featured,
        sum(artist.previous_play_count)::integer as previous_play_count,
        sum(artist.previous_ms_listened)::bigint as previous_ms_listened
    from artist
    cross join (values ('all'), ('main'), ('featured')) as kind (credit)
    where kind.credit in ('all', artist.artist_role)
    group by artist.listener_key, artist.period, kind.credit, artist.artist_key
),

placed as (
    select
        credited.*,
        artist.artist_name,
        row_number() over (
            partition by credited.listener_key, credited.period, credited.credit
            order by
                (credited.play_count > 0) desc,
                credited.ms_listened desc,
                credited.play_count desc,
                artist.artist_name collate "C",
                artist.artist_id collate "C",
                credited.artist_key
        )::integer as place,
        row_number() over (
            partition by credited.listener_key, credited.period, credited.credit
            order by
                (credited.previous_play_count > 0) desc,
                credited.previous_ms_listened desc,
                credited.previous_play_count desc,
                artist.artist_name collate "C",
                artist.artist_id collate "C",
                credited.artist_key
        )::integer as previous_place
    from credited
    inner join bi.artist as artist
        on credited.artist_key = artist.artist_key
)

select
    placed.listener_key,
    placed.period,
    placed.credit,
    placed.place,
    case when placed.previous_play_count > 0 then placed.previous_place end as previous_place,
    placed.artist_key,
    placed.artist_name,
    placed.play_count,
    placed.listen_count,
    placed.ms_listened,
    placed.ms_estimated,
    placed.ms_as_main,
    placed.ms_as_featured,
    placed.previous_ms_listened,
    word.certainty,
    word.count_certainty
from placed
inner join bi.period as period
    on placed.listener_key = period.listener_key and placed.period = period.period
inner join part.certainty as word
    on
        period.seen = word.seen
        and word.has_plays
        and (placed.unmeasured_count > 0) = word.is_estimated
where placed.play_count > 0;
comment on view bi.top_artist is
'Grain: one row per listener, period, credit and artist heard in it. Places go by time listened, then '
'plays, then name, for each credit apart: all, main, featured. A play of a track with three artists counts '
'whole for each of the three. The unknown artist has no place: bi.unnamed_listening tells of it.';
comment on column bi.top_artist.listener_key is 'Whose: bi.listener.';
comment on column bi.top_artist.period is '7 days, 30 days, 90 days, 365 days, a year such as 2026, or all time.';
comment on column bi.top_artist.credit is 'all, main or featured: which credits are counted.';
comment on column bi.top_artist.place is
'1 is the artist with the most time, then plays, then by name; for this credit.';
comment on column bi.top_artist.previous_place is 'Place in the period before; null where it was not heard then.';
comment on column bi.top_artist.artist_key is 'The artist: bi.artist.';
comment on column bi.top_artist.artist_name is 'Name.';
comment on column bi.top_artist.play_count is 'Plays that are counted, of any length.';
comment on column bi.top_artist.listen_count is 'Of these: 30 seconds or more, or a shorter track heard whole.';
comment on column bi.top_artist.ms_listened is 'Milliseconds listened.';
comment on column bi.top_artist.ms_estimated is 'The part of ms_listened that is estimated.';
comment on column bi.top_artist.ms_as_main is 'The part of ms_listened on tracks of their own.';
comment on column bi.top_artist.ms_as_featured is 'The part of ms_listened as a guest.';
comment on column bi.top_artist.previous_ms_listened is 'Milliseconds in the period before.';
comment on column bi.top_artist.certainty is 'Of ms_listened: exact, about, at least, not fully seen or not seen.';
comment on column bi.top_artist.count_certainty is 'Of the counts: exact, at least or not seen.';
