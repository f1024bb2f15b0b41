-- Write down what was asked for and not answered in full, and forget what was.
-- The pause grows with every attempt: a day for an empty 404, which may be false, a month
-- for what is missing, taken down or refused; pages that are owed are asked for at once.
delete from warehouse.etl_owed_answer as known
using (
    select
        'track' as kind,
        substr(track_uri, 15) as spotify_id
    from pg_temp.staged_track
    where metadata_level >= 2
    union all
    select
        'album' as kind,
        album_id as spotify_id
    from pg_temp.staged_album
    where metadata_level >= 3
    union all
    select
        'artist' as kind,
        artist_id as spotify_id
    from pg_temp.staged_artist
    where metadata_level >= 3
    union all
    select
        'album-tracks' as kind,
        spotify_id
    from unnest(%(paged_albums)s::text[]) as paged (spotify_id)
) as answered
where known.kind = answered.kind and known.spotify_id = answered.spotify_id;

insert into warehouse.etl_owed_answer as known (
    kind, spotify_id, reason, ask_again_at, next_offset
)
select
    kind,
    spotify_id,
    reason,
    now() + case reason
        when 'pages' then interval '0 days'
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
            when 'empty' then interval '20 hours' * power(2, least(known.attempt_count, 5))
            else interval '30 days' * power(2, least(known.attempt_count, 3))
        end;
