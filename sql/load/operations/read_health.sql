-- Read everything that doctor and issues look at, in one round trip.
with latest as (
    select distinct on (sign_in.listener_key)
        sign_in.listener_key,
        listener.display_name,
        listener.timezone,
        sign_in.authorised_at,
        sign_in.is_authorised_at_exact,
        sign_in.scopes
    from warehouse.etl_sign_in as sign_in
    inner join warehouse.dim_listener as listener
        on sign_in.listener_key = listener.listener_key
    order by sign_in.listener_key, sign_in.authorised_at desc, sign_in.fingerprint
),

largest as (
    select
        relation.relname as name,
        pg_total_relation_size(relation.oid) as size_bytes
    from pg_class as relation
    where
        relation.relkind = 'r'
        and relation.relnamespace in ('warehouse'::regnamespace, 'bi'::regnamespace)
    order by pg_total_relation_size(relation.oid) desc
    limit 3
),

-- Whoever may look into bi and does not write: what else the database lets them do.
reader as (
    select distinct role.oid
    from pg_namespace as schema
    cross join lateral aclexplode(schema.nspacl) as entry
    inner join pg_roles as role
        on entry.grantee = role.oid
    where
        schema.nspname = 'bi'
        and entry.privilege_type = 'USAGE'
        and entry.grantee <> schema.nspowner
        and not role.rolsuper
        and not has_schema_privilege(role.oid, 'warehouse', 'usage')
),

allowed as (
    select
        role.rolname as name,
        has_database_privilege(role.oid, current_database(), 'temporary') as may_make_temporary,
        exists(
            select 1 from pg_namespace as schema
            where
                schema.nspname not like 'pg\_temp\_%%'
                and has_schema_privilege(role.oid, schema.oid, 'create')
        ) as may_make_tables,
        exists(
            select 1 from pg_proc as proc
            where
                proc.pronamespace = 'pg_catalog'::regnamespace
                and proc.proname ~ '^(lo_creat|lo_create|lo_from_bytea|lo_put|lowrite)$'
                and has_function_privilege(role.oid, proc.oid, 'execute')
        ) as may_make_large_objects,
        exists(
            select 1 from pg_proc as proc
            where
                proc.pronamespace = 'pg_catalog'::regnamespace
                and proc.proname ~ '^pg_(try_)?advisory_(xact_)?lock'
                and has_function_privilege(role.oid, proc.oid, 'execute')
        ) as may_lock,
        not exists (
            select 1 from unnest(role.rolconfig) as setting
            where setting like 'statement\_timeout=%%'
        ) as may_take_for_ever
    from reader
    inner join pg_roles as role
        on reader.oid = role.oid
),

scheduled as (
    select
        min(run.ended_at) filter (where run.trigger = 'schedule') as first_scheduled_at,
        min(run.ended_at) as first_at
    from warehouse.etl_run as run
    where run.runner = 'actions'
)

select
    json_build_object(
        'server_version', current_setting('server_version'),
        'is_read_only', current_setting('transaction_read_only') = 'on',
        'can_write', has_table_privilege('warehouse.source_poll_play', 'insert'),
        'version', stated.version,
        'oldest_code', stated.oldest_code,
        'size_bytes', pg_database_size(current_database()),
        'largest', (select json_agg(row_to_json(largest)) from largest),
        'sign_ins', (
            select
                json_agg(json_build_object(
                    'name', latest.display_name,
                    'timezone', latest.timezone,
                    'ends_at', latest.authorised_at + interval '6 months',
                    'days_old', floor(extract(epoch from now() - latest.authorised_at) / 86400),
                    'days_left', ceil(
                        extract(epoch from latest.authorised_at + interval '6 months' - now())
                        / 86400
                    ),
                    'has_ended', latest.authorised_at + interval '6 months' <= now(),
                    'is_exact', latest.is_authorised_at_exact,
                    'scopes', latest.scopes
                ) order by latest.listener_key)
            from latest
        ),
        'listeners', (
            select
                json_agg(json_build_object(
                    'name', listener.display_name,
                    'timezone', listener.timezone,
                    'is_timezone_known', listener.timezone in (
                        select known.name from pg_timezone_names as known
                    ),
                    'fingerprints', (
                        select json_agg(sign_in.fingerprint)
                        from warehouse.etl_sign_in as sign_in
                        where sign_in.listener_key = listener.listener_key
                    )
                ) order by listener.listener_key)
            from warehouse.dim_listener as listener
        ),
        'readers', (select json_agg(row_to_json(allowed) order by allowed.name) from allowed),
        'runners', (
            select
                json_agg(json_build_object(
                    'name', runner.runner,
                    'trigger', runner.trigger,
                    'hours', extract(epoch from now() - runner.seen_at) / 3600
                ) order by runner.seen_at desc)
            from warehouse.etl_runner as runner
            where runner.seen_at > now() - interval '60 days'
        ),
        'hours_since_success', (
            select extract(epoch from now() - max(run.ended_at)) / 3600
            from warehouse.etl_run as run
            where run.job = 'get_last_50' and run.outcome = 'done'
        ),
        'open_gap_count', (
            select count(*)
            from warehouse.etl_gap
            where closed_at is null
        ),
        'new_gap_count', (
            select count(*)
            from warehouse.etl_gap
            where closed_at is null and detected_at > now() - interval '3 days'
        ),
        'blocked', (
            select json_object_agg(quota.bucket, quota.blocked_until)
            from warehouse.etl_quota as quota
            where quota.client_id = %(client_id)s and quota.blocked_until > now()
        ),
        'call_count', (
            select coalesce(sum(call.call_count), 0)
            from warehouse.etl_quota_call as call
            where
                call.client_id = %(client_id)s
                and call.reserved_at > now() - interval '24 hours'
        ),
        'capabilities', (
            select json_object_agg(known.capability, known.is_available)
            from warehouse.etl_capability as known
            where known.client_id = %(client_id)s and known.probe_again_at > now()
        ),
        'skipped_poll_count', (select count(*) from warehouse.etl_poll_skip),
        'imported_at', (select max(imported_at) from warehouse.etl_import_file),
        'scheduled_at', scheduled.first_scheduled_at,
        'hours_on_actions', extract(epoch from now() - scheduled.first_at) / 3600
    ) as health
from warehouse.etl_schema as stated
cross join scheduled;
