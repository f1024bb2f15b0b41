-- Without "if not exists": a schema of this name that stands already is somebody else's.
create schema part;

-- Older code reads these views in bi, where they are no more.
update warehouse.etl_schema set version = 12, oldest_code = 12;
