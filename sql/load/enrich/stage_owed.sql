-- Make the temporary table of what was asked for and not answered in full, whatever the queue.
create temp table staged_owed_answer (
    kind text not null,
    spotify_id text not null,
    reason text not null,
    next_offset integer not null
) on commit drop;
