-- Add a rule of exclusion for every thing that fits what was typed, where it is not there yet.
-- Returns how many different things fit: what turned out to be one counts once. Names are
-- compared folded; a Spotify id picks one of several that share a name.
with thing as (
    select
        artist_key,
        null::integer as album_key,
        null::integer as track_key,
        null::integer as show_key,
        null::integer as context_key,
        coalesce(same_as_artist_key, artist_key) as identity
    from warehouse.dim_artist
    where
        %(rule)s = 'artist'
        and artist_key <> 0
        and case
            when %(spotify_id)s is null then folded_name = %(folded_name)s
            else artist_id = %(spotify_id)s
        end
    union all
    select
        null,
        album_key,
        null,
        null,
        null,
        coalesce(same_as_album_key, album_key)
    from warehouse.dim_album
    where
        %(rule)s = 'album'
        and album_key <> 0
        and case
            when %(spotify_id)s is null then folded_name = %(folded_name)s
            else album_id = %(spotify_id)s
        end
    union all
    select
        null,
        null,
        track_key,
        null,
        null,
        case when recording_key = 0 then -track_key else recording_key end
    from warehouse.dim_track
    where
        %(rule)s = 'track'
        and track_key <> 0
        and case
            when %(spotify_id)s is null then folded_name = %(folded_name)s
            else track_id = %(spotify_id)s
        end
    union all
    select
        null,
        null,
        null,
        show_key,
        null,
        show_key as identity
    from warehouse.dim_show
    where
        %(rule)s = 'show'
        and show_key <> 0
        and case
            when %(spotify_id)s is null then folded_name = %(folded_name)s
            else show_id = %(spotify_id)s
        end
    union all
    select
        null,
        null,
        null,
        null,
        context_key,
        context_key as identity
    from warehouse.dim_context
    where %(rule)s = 'context' and context_uri = %(name)s
    union all
    select
        null,
        null,
        null,
        null,
        null,
        1
    where %(rule)s in ('hours', 'dates')
),

added as (
    insert into warehouse.dim_exclusion (
        listener_key,
        rule,
        artist_key,
        album_key,
        track_key,
        show_key,
        context_key,
        first_hour,
        end_hour,
        first_date,
        last_date
    )
    select
        %(listener_key)s as listener_key,
        %(rule)s as rule,
        artist_key,
        album_key,
        track_key,
        show_key,
        context_key,
        %(first_hour)s as first_hour,
        %(end_hour)s as end_hour,
        %(first_date)s as first_date,
        %(last_date)s as last_date
    from thing
    order by artist_key, album_key, track_key, show_key, context_key
    on conflict on constraint dim_exclusion_natural_key do nothing
)

select count(distinct identity) as thing_count from thing;
