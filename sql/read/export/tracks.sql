-- Tell each track as a document, with its artists and its album.
select
    track.track_key,
    json_build_object(
        '_id', track.track_key,
        'id', track.track_id,
        'uri', track.track_uri,
        'name', track.track_name,
        'artists', coalesce(
            (
                select
                    json_agg(
                        json_build_object(
                            'id', artist.artist_id, 'name', artist.artist_name, 'role', credit.artist_role
                        )
                        order by credit.artist_position, credit.artist_key
                    )
                from bi.track_artist as credit
                inner join bi.artist as artist
                    on credit.artist_key = artist.artist_key
                where credit.track_key = track.track_key
            ),
            '[]'
        ),
        'album', case
            when album.album_key <> 0
                then json_build_object('id', album.album_id, 'name', album.album_name)
        end,
        'duration_ms', track.duration_ms,
        'isrc', track.isrc,
        'disc_number', track.disc_number,
        'track_number', track.track_number,
        'is_explicit', track.is_explicit,
        'is_local', track.is_local
    )::text as document
from bi.track as track
left join bi.album as album
    on track.album_key = album.album_key;
