-- Without "if not exists": a schema of this name that stands already is somebody else's.
create schema part;

alter table warehouse.etl_watermark rename column looked_at to polled_at;
alter table warehouse.etl_sign_in rename column sealed_token to encrypted_token;

-- Older code reads these views in bi, where they are no more, and the columns by their old names.
update warehouse.etl_schema set version = 12, oldest_code = 12;
