-- Begin an import in warehouse.etl_import: give it the number that its plays point at.
insert into warehouse.etl_import (listener_key, source_names, file_count, is_forced)
values (%(listener_key)s, %(source_names)s::text[], %(file_count)s, %(is_forced)s)
returning import_key;
