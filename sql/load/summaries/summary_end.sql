-- Clear up after a listener's summaries: the same transaction may derive another's.
drop view pg_temp.heard_play;
drop table pg_temp.touched_stretch, pg_temp.touched_play, pg_temp.touched_month;
