-- Let the plays that summaries are derived from be read where they are: only one will.
-- Benchmark import_history measures what keeping them would cost.
create temp view touched_play as
select * from pg_temp.heard_play;
