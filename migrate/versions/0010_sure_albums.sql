alter table warehouse.fact_album_listening
add column certainty text not null default 'not fully seen';
comment on column warehouse.fact_album_listening.certainty is
'Of ms_listened, as rank_albums last found it: exact, about, at least or not fully seen.';

update warehouse.etl_schema set version = 10;
