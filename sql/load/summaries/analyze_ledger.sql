-- Tell the planner what the ledger has become after an import: benchmark import_history pays for
-- it, and the questions that come next gain by it.
analyze
warehouse.fact_play,
warehouse.fact_episode_play,
warehouse.dim_track,
warehouse.dim_album,
warehouse.dim_artist,
warehouse.dim_episode,
warehouse.dim_show,
warehouse.bridge_track_artist,
warehouse.bridge_album_artist;
