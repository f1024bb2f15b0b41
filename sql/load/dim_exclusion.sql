-- Add a rule of exclusion for every thing that fits what was typed, where it is not there yet.
-- Returns how many things fit. Names are compared folded.
with thing as (
    select
        artist_key,
        null::integer as album_key,
        null::integer as track_key,
        null::integer as show_key,
        null::integer as context_key
    from warehouse.dim_artist
    where %(rule)s = 'artist' and folded_name = %(folded_name)s and artist_key <> 0
    union all
    select
        null,
        album_key,
        null,
        null,
        null
    from warehouse.dim_album
    where %(rule)s = 'album' and folded_name = %(folded_name)s and album_key <> 0
    union all
    select
        null,
        null,
        track_key,
        null,
        null
    from warehouse.dim_track
    where %(rule)s = 'track' and folded_name = %(folded_name)s and track_key <> 0
    union all
    select
        null,
        null,
        null,
        show_key,
        null
    from warehouse.dim_show
    where %(rule)s = 'show' and folded_name = %(folded_name)s and show_key <> 0
    union all
    select
        null,
        null,
        null,
        null,
        context_key
    from warehouse.dim_context
    where %(rule)s = 'context' and context_uri = %(name)s
    union all
    select
        null,
        null,
        null,
        null,
        null
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

select count(*) as thing_count from thing;
