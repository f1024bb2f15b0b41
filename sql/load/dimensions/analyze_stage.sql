-- Tell the planner how much is staged, before the dimensions are loaded from it.
-- A temporary table that was never analyzed is taken for some hundred rows, and for a page of
-- twelve plays whole dimensions were read. The *_key columns are left out: they are
-- still empty, and nothing must be concluded from that.
-- Benchmark hourly_job measures it.
analyze pg_temp.staged_artist (artist_ref, artist_id, folded_name);
analyze pg_temp.staged_album (album_ref, album_id, folded_name);
analyze pg_temp.staged_album_artist (owner_ref, artist_ref);
analyze pg_temp.staged_track (track_ref, track_uri, folded_name, album_ref);
analyze pg_temp.staged_track_artist (owner_ref, artist_ref);
analyze pg_temp.staged_context (context_ref, context_uri);
analyze pg_temp.staged_poll (played_at, track_ref, context_ref);
