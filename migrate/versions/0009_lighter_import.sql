-- One index instead of two for the months of tracks: they are nearly as many as the plays.
drop index warehouse.summary_month_track_month_ix;
alter table warehouse.summary_month_track drop constraint summary_month_track_pk;
alter table warehouse.summary_month_track
add constraint summary_month_track_pk primary key (listener_key, month_date, track_key);

-- Their rows come out of joins with what they point at: looking every one up again was a
-- tenth of an import.
alter table warehouse.bridge_track_artist drop constraint bridge_track_artist_track_fk;
alter table warehouse.bridge_track_artist drop constraint bridge_track_artist_artist_fk;
alter table warehouse.bridge_album_artist drop constraint bridge_album_artist_album_fk;
alter table warehouse.bridge_album_artist drop constraint bridge_album_artist_artist_fk;
alter table warehouse.dim_track drop constraint dim_track_named_album_fk;

update warehouse.etl_schema set version = 9;
