-- Say what a listener's dashboard depends on, in one word: it is drawn again when that changes.
-- The listener's date is part of it, because the last 7 days are others tomorrow.
select
    md5(
        concat_ws(
            ' ',
            (now() at time zone listener.timezone)::date,
            listener.display_name,
            (
                select max(play.played_at) from warehouse.fact_play as play
                where play.listener_key = listener.listener_key
            ),
            -- Plays made offline come late and with an older time, and pages say who looked last.
            (
                select max(mark.polled_at) from warehouse.etl_watermark as mark
                where mark.listener_key = listener.listener_key
            ),
            (
                select max(file.imported_at) from warehouse.etl_import_file as file
                where file.listener_key = listener.listener_key
            ),
            (
                select concat_ws(' ', count(*), max(gap.closed_at))
                from warehouse.etl_gap as gap
                where gap.listener_key = listener.listener_key
            ),
            (
                select concat_ws(' ', count(*), max(rule.exclusion_key))
                from warehouse.dim_exclusion as rule
                where rule.listener_key = listener.listener_key
            ),
            (
                select max(rating.album_rating_key) from warehouse.fact_album_rating as rating
                where rating.listener_key = listener.listener_key
            )
        )
    ) as version
from warehouse.dim_listener as listener
where listener.listener_key = %(listener_key)s;
