-- Note what an import came to, once all of it is in.
update warehouse.etl_import as import
set
    added_count = %(added_count)s,
    shared_count = coalesce(
        (
            select sum(shared.shared_count)
            from warehouse.etl_import_shared as shared
            where shared.import_key = import.import_key
        ),
        0
    ),
    first_told_at = %(first_told_at)s,
    last_told_at = %(last_told_at)s
where import.import_key = %(import_key)s;
