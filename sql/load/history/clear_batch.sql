-- Drop what one batch has made, before the next one comes: an import is one transaction.
drop view
pg_temp.keyed_play, pg_temp.known_play, pg_temp.keyed_episode_play,
pg_temp.keyed_telling, pg_temp.kept_second;
drop table
pg_temp.staged_artist, pg_temp.staged_album, pg_temp.staged_album_artist, pg_temp.staged_track,
pg_temp.staged_track_artist, pg_temp.staged_context, pg_temp.staged_poll,
pg_temp.staged_told,
pg_temp.new_observation, pg_temp.renamed_artist, pg_temp.recredited_album,
pg_temp.changed_class, pg_temp.changed_telling, pg_temp.changed_length, pg_temp.staged_pair,
pg_temp.staged_platform, pg_temp.staged_play_detail, pg_temp.staged_show, pg_temp.staged_episode,
pg_temp.staged_earlier_track, pg_temp.staged_history_play, pg_temp.staged_history_episode_play,
pg_temp.staged_telling, pg_temp.staged_file, pg_temp.staged_skip,
pg_temp.staged_track_credit, pg_temp.staged_album_credit, pg_temp.match_member,
pg_temp.kept_telling, pg_temp.told_row, pg_temp.told_second, pg_temp.met_play,
pg_temp.told_contest, pg_temp.history_play, pg_temp.history_episode_play,
pg_temp.telling, pg_temp.telling_mark, pg_temp.reached_telling, pg_temp.told_together,
pg_temp.told_play, pg_temp.touched_observation, pg_temp.placed_play, pg_temp.derived_play,
pg_temp.told_verdict,
pg_temp.outdone_row, pg_temp.file_account, pg_temp.import_file;
