-- Forget what was owed of the artists whose albums have been told. Runs before owed_answer.sql.
delete from warehouse.etl_owed_answer as known
using pg_temp.staged_artist_watch as staged
where known.kind = 'artist-albums' and known.spotify_id = staged.artist_id;
