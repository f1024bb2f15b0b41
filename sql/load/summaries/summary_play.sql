-- Keep the plays that summaries are derived from: several will read them.
create temp table touched_play on commit drop as
select * from pg_temp.heard_play;
