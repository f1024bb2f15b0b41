"""What a reader could do besides reading, and what of it can be taken away.

A role's settings are defaults, which its sessions may change; rights are not. So what must not
happen is a right that is revoked, and the settings stop what happens by mistake.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Connection

#: For every session of a reader. Questions over all time sort a few tens of megabytes;
#: compiling them (jit) would take longer than answering them.
SESSION_SETTINGS = {
    "default_transaction_read_only": "on",
    "work_mem": "'64MB'",
    "jit": "off",
    "statement_timeout": "'5min'",
    "lock_timeout": "'10s'",
    "idle_in_transaction_session_timeout": "'1min'",
    "idle_session_timeout": "'1h'",
}
#: A session may not change this one, and only who owns the server may set it: what sorting and
#: cursors may put on the disk.
_OWNERS_SETTINGS = {"temp_file_limit": "'2GB'"}
#: Functions that everybody may call, who owns the server can change that: large objects are
#: written outside every table, and advisory locks fill the memory that all locks share.
FUNCTIONS = r"^(lo_|lowrite$|loread$|pg_(try_)?advisory_)"

_LIST_READERS = """
    select distinct grantee.rolname
    from pg_catalog.pg_namespace as schema
    cross join lateral aclexplode(schema.nspacl) as entry
    inner join pg_catalog.pg_roles as grantee on entry.grantee = grantee.oid
    where schema.nspname = 'bi' and entry.privilege_type = 'USAGE'
        and entry.grantee <> schema.nspowner and not grantee.rolsuper
        and not coalesce(
            has_schema_privilege(grantee.oid, to_regnamespace('warehouse'), 'usage'), false
        )
    order by grantee.rolname
"""
#: Whoever writes the ledger, or owns it, needs temporary tables: they had them as everybody has.
_LIST_WRITERS = """
    select distinct role.rolname
    from pg_catalog.pg_namespace as schema
    cross join lateral aclexplode(
        coalesce(schema.nspacl, acldefault('n', schema.nspowner))
    ) as entry
    inner join pg_catalog.pg_roles as role on role.oid in (entry.grantee, schema.nspowner)
    where schema.nspname = 'warehouse'
"""
_LIST_FUNCTIONS = """
    select proc.oid::regprocedure::text
    from pg_catalog.pg_proc as proc
    where proc.pronamespace = 'pg_catalog'::regnamespace and proc.proname ~ %s
        and has_function_privilege('public', proc.oid, 'execute')
"""
_END_SESSIONS = """
    select pg_terminate_backend(session.pid, 5000)
    from pg_catalog.pg_stat_activity as session
    where session.datname = current_database() and session.usename = any (%s)
        and session.xact_start is not null and session.pid <> pg_backend_pid()
        and pg_has_role(session.usename, 'usage')
"""


def list_readers(connection: Connection) -> Sequence[str]:
    """Return every role that was let into schema bi alone, superusers left out."""
    return connection.exec_driver_sql(_LIST_READERS).scalars().all()


def guard_readers(connection: Connection) -> None:
    """Leave readers nothing but reading, as far as this user may decide; doctor tells the rest."""
    readers = list_readers(connection)
    if not readers:
        return
    database = quote(str(connection.exec_driver_sql("select current_database()").scalar()))
    writers = ", ".join(map(quote, connection.exec_driver_sql(_LIST_WRITERS).scalars()))
    _try(
        connection,
        f"grant temporary on database {database} to {writers}",
        f"revoke temporary on database {database} from public",
    )
    close_public(connection)
    functions = connection.exec_driver_sql(_LIST_FUNCTIONS, (FUNCTIONS,)).scalars().all()
    if functions:
        _try(connection, f"revoke execute on function {', '.join(functions)} from public")
    for reader in readers:
        for setting, value in {**SESSION_SETTINGS, **_OWNERS_SETTINGS}.items():
            _try(connection, f"alter role {quote(reader)} set {setting} = {value}")


def close_public(connection: Connection) -> None:
    """Let nobody but its owner make tables in schema public: before PostgreSQL 15 all may."""
    _try(connection, "revoke create on schema public from public")


def end_sessions(connection: Connection) -> None:
    """End readers' sessions in a transaction: what it has read cannot be made anew."""
    readers = list_readers(connection)
    if readers:
        connection.exec_driver_sql(_END_SESSIONS, (list(readers),))


def _try(connection: Connection, *statements: str) -> None:
    """Send statements together; what this user has no right to stays as it was."""
    try:
        with connection.begin_nested():
            for statement in statements:
                connection.exec_driver_sql(statement.replace("%", "%%"))
    except sqlalchemy.exc.DBAPIError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise


def quote(name: str) -> str:
    """Return a name of the database's as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'
