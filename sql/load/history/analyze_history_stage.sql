-- Tell the planner how much of a history is staged; see analyze_stage.sql.
-- Benchmark import_history measures it.
analyze pg_temp.staged_show (show_ref, show_id, folded_name);
analyze pg_temp.staged_episode (episode_ref, episode_id, folded_name, show_ref);
analyze pg_temp.staged_play_detail (play_detail_ref);
analyze pg_temp.staged_platform (platform_ref, name);
