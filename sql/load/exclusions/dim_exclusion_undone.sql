-- Take the rules back that fit what was typed; return how many there were.
with undone as (
    delete from warehouse.dim_exclusion as rule
    where
        rule.listener_key = %(listener_key)s
        and rule.rule = %(rule)s
        and rule.first_hour is not distinct from %(first_hour)s::smallint
        and rule.end_hour is not distinct from %(end_hour)s::smallint
        and rule.first_date is not distinct from %(first_date)s::date
        and rule.last_date is not distinct from %(last_date)s::date
        and case rule.rule
            when 'artist'
                then
                    exists (
                        select 1 from warehouse.dim_artist as artist
                        where
                            artist.artist_key = rule.artist_key
                            and case
                                when %(spotify_id)s is null then artist.folded_name = %(folded_name)s
                                else artist.artist_id = %(spotify_id)s
                            end
                    )
            when 'album'
                then
                    exists (
                        select 1 from warehouse.dim_album as album
                        where album.album_key = rule.album_key and case
                            when %(spotify_id)s is null then album.folded_name = %(folded_name)s
                            else album.album_id = %(spotify_id)s
                        end
                    )
            when 'track'
                then
                    exists (
                        select 1 from warehouse.dim_track as track
                        where track.track_key = rule.track_key and case
                            when %(spotify_id)s is null then track.folded_name = %(folded_name)s
                            else track.track_id = %(spotify_id)s
                        end
                    )
            when 'show'
                then
                    exists (
                        select 1 from warehouse.dim_show as podcast
                        where
                            podcast.show_key = rule.show_key
                            and case
                                when %(spotify_id)s is null then podcast.folded_name = %(folded_name)s
                                else podcast.show_id = %(spotify_id)s
                            end
                    )
            when 'context'
                then
                    exists (
                        select 1 from warehouse.dim_context as context
                        where context.context_key = rule.context_key and context.context_uri = %(name)s
                    )
            else true
        end
    returning rule.exclusion_key
)

select count(*) as undone_count from undone;
