-- Remember the keys that the ledger gave to the batch's tracks (DuckDB), once it is committed.
insert into sent_track
select
    track.item_name,
    track.track_uri,
    track.track_name,
    track.artist_name,
    track.album_name,
    track.identity,
    given.track_key
from track
inner join given_key as given
    on track.track_ref = given.track_ref;
