-- Read a listener's imports, the newest last: what each brought, and what should come again.
-- An import should be made again where an undo has taken away some of what it covered, until
-- another one tells the same files.
select
    import.import_key,
    import.imported_at,
    import.source_names,
    import.file_count,
    listener.display_name as listener_name,
    import.added_count,
    import.shared_count,
    import.first_told_at,
    import.last_told_at,
    import.is_forced,
    import.undone_at,
    import.withdrawn_at is not null and import.undone_at is null and exists (
        select 1 from warehouse.etl_import_file as file
        where file.import_key = import.import_key
    ) as is_wanted,
    import.listener_key
from warehouse.etl_import as import
inner join warehouse.dim_listener as listener
    on import.listener_key = listener.listener_key
where %(listener_key)s::smallint is null or import.listener_key = %(listener_key)s::smallint
order by import.import_key;
