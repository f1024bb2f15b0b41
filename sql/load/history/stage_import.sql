-- Make the temporary table that outlives the batches of an import: polled plays it tells, too.
create temp table partnered_poll (
    played_at timestamptz not null,
    track_key integer not null
) on commit drop;
