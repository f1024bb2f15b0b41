-- Take everything of a listener out of the ledger: what was observed and derived, what they said,
-- their sign-ins and tokens, and who they were. Tracks, artists and albums stay: they say nothing
-- of whoever heard them. A test compares this with the tables that name a listener.

-- Everybody's turn is waited for: who writes just now may be about to point at what nobody has yet.
select lock_name
from warehouse.etl_lock
where lock_name = 'listener'
order by lock_key
for update;

delete from warehouse.fact_play
where listener_key = %(listener_key)s;
delete from warehouse.fact_episode_play
where listener_key = %(listener_key)s;
delete from warehouse.source_history_play
where listener_key = %(listener_key)s;
delete from warehouse.source_poll_play
where listener_key = %(listener_key)s;
delete from warehouse.source_told_play
where listener_key = %(listener_key)s;
delete from warehouse.summary_hour
where listener_key = %(listener_key)s;
delete from warehouse.summary_month_track
where listener_key = %(listener_key)s;
delete from warehouse.summary_session
where listener_key = %(listener_key)s;
delete from warehouse.summary_track
where listener_key = %(listener_key)s;
delete from warehouse.fact_album_listening
where listener_key = %(listener_key)s;
delete from warehouse.fact_album_rank
where listener_key = %(listener_key)s;
delete from warehouse.fact_album_rank_year
where listener_key = %(listener_key)s;
delete from warehouse.etl_packed_rank
where listener_key = %(listener_key)s;
delete from warehouse.fact_album_rating
where listener_key = %(listener_key)s;
delete from warehouse.fact_album_release
where listener_key = %(listener_key)s;
delete from warehouse.bridge_listener_artist
where listener_key = %(listener_key)s;
delete from warehouse.dim_exclusion
where listener_key = %(listener_key)s;
delete from warehouse.etl_gap
where listener_key = %(listener_key)s;
delete from warehouse.etl_poll_skip
where listener_key = %(listener_key)s;
delete from warehouse.etl_watermark
where listener_key = %(listener_key)s;
delete from warehouse.etl_changed_class
where listener_key = %(listener_key)s;
delete from warehouse.etl_excluded_track
where listener_key = %(listener_key)s;
delete from warehouse.etl_summary
where listener_key = %(listener_key)s;
delete from warehouse.etl_touched_span
where listener_key = %(listener_key)s;
delete from warehouse.etl_touched_track
where listener_key = %(listener_key)s;
delete from warehouse.etl_import_span
where listener_key = %(listener_key)s;
delete from warehouse.etl_import_file
where listener_key = %(listener_key)s;

delete from warehouse.etl_import_shared
where
    import_key in (
        select made.import_key from warehouse.etl_import as made
        where made.listener_key = %(listener_key)s
    );

delete from warehouse.etl_import
where listener_key = %(listener_key)s;
delete from warehouse.api_entry
where listener_key = %(listener_key)s;
delete from warehouse.api_token
where listener_key = %(listener_key)s;
delete from warehouse.etl_sign_in
where listener_key = %(listener_key)s;
delete from warehouse.dim_listener
where listener_key = %(listener_key)s;

-- What nobody else has heard or played from tells of them alone: a list of theirs bears their name.
delete from warehouse.dim_context as context
where
    context.context_key <> 0
    and not exists (
        select 1 from warehouse.fact_play as play
        where play.context_key = context.context_key
    )
    and not exists (
        select 1 from warehouse.source_poll_play as poll
        where poll.context_key = context.context_key
    )
    and not exists (
        select 1 from warehouse.source_told_play as told
        where told.context_key = context.context_key
    )
    and not exists (
        select 1 from warehouse.dim_exclusion as exclusion
        where exclusion.context_key = context.context_key
    );

delete from warehouse.dim_episode as episode
where
    episode.episode_key <> 0
    and not exists (
        select 1 from warehouse.fact_episode_play as play
        where play.episode_key = episode.episode_key
    )
    and not exists (
        select 1 from warehouse.source_history_play as told
        where told.episode_key = episode.episode_key
    );

delete from warehouse.dim_show as show
where
    show.show_key <> 0
    and not exists (
        select 1 from warehouse.dim_episode as episode
        where episode.show_key = show.show_key
    )
    and not exists (
        select 1 from warehouse.dim_exclusion as exclusion
        where exclusion.show_key = show.show_key
    );

delete from warehouse.etl_lock
where lock_name in ('listener', 'ratings') and lock_key = %(listener_key)s::text;
