alter table warehouse.etl_owed_answer drop constraint etl_owed_answer_kind_ck;
alter table warehouse.etl_owed_answer add constraint etl_owed_answer_kind_ck check (
    kind in ('track', 'album', 'album-tracks', 'artist', 'artist-albums', 'genres')
);
comment on column warehouse.etl_owed_answer.reason is
'missing, empty (a perhaps false 404), blank (taken down), refused, trouble (no proper answer), pages (more to come).';

update warehouse.etl_schema set version = 17;
