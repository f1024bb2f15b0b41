"""A role that reads schema bi and nothing else: for Power BI, notebooks, pages."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

from sqlalchemy import Connection

from everheard.config import Settings
from everheard.database.connect import translate_errors
from everheard.failure import ConfigurationError
from migrate.readers import guard_readers
from migrate.upgrade import open_transaction
from migrate.views import grant_views

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_IS_STRONG = """
    select 1
    from pg_catalog.pg_roles as asked
    inner join pg_catalog.pg_roles as held on pg_has_role(asked.oid, held.oid, 'member')
    where asked.rolname = %s
        and (
            held.rolsuper
            or held.rolcreaterole
            or held.rolcreatedb
            or held.rolname = 'pg_write_all_data'
            or exists (select 1 from pg_catalog.pg_class where relowner = held.oid)
            or exists (select 1 from pg_catalog.pg_namespace where nspowner = held.oid)
            or exists (select 1 from pg_catalog.pg_database where datdba = held.oid)
        )
    limit 1
"""


class LedgerRole(NamedTuple):
    """A role and its new password; an empty one: it keeps the one it has."""

    name: str
    password: str


def renew_role(settings: Settings, name: str, *, keeps_password: bool = False) -> LedgerRole:
    """Create the role, or give it a new password; grant it the views and nothing else.

    The password is sent as it is, as Neon demands; it is kept nowhere. ``keeps_password``: a role
    that is there already goes on with the one it has, and so does whoever reads by it.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError([f"{name!r} is no name for a role: use a-z, 0-9 and _"])
    reader = LedgerRole(name, "")
    with translate_errors(), open_transaction(settings) as connection:
        _refuse_writer(connection, name)
        can_login = find_role(connection, name)
        if can_login is None:
            connection.exec_driver_sql(f"create role {name} nologin")
        if not (can_login and keeps_password):
            reader = renew_password(connection, name)
        connection.exec_driver_sql(f"alter role {name} connection limit 10")
        connection.exec_driver_sql(f"grant usage on schema bi to {name}")
        grant_views(connection)
        guard_readers(connection)
    return reader


def _refuse_writer(connection: Connection, name: str) -> None:
    """Refuse to change a role that may do more than read: it is somebody's way in."""
    refuse_strong(connection, name)
    query = (
        "select has_schema_privilege(rolname, 'warehouse', 'usage')"
        " from pg_catalog.pg_roles where rolname = %s"
    )
    if connection.exec_driver_sql(query, (name,)).scalar():
        raise ConfigurationError([f"{name} can do more than read: choose another name"])


def refuse_strong(connection: Connection, name: str) -> None:
    """Raise ConfigurationError for a role that owns something, or may make others.

    Also where it can do so as a member of another role.
    """
    if connection.exec_driver_sql(_IS_STRONG, (name,)).scalar():
        raise ConfigurationError(
            [f"{name} can do more than read and write a ledger: choose another name"]
        )


def find_role(connection: Connection, name: str) -> bool | None:
    """Say whether the role may sign in, None where there is none."""
    query = "select rolcanlogin from pg_catalog.pg_roles where rolname = %s"
    found: bool | None = connection.exec_driver_sql(query, (name,)).scalar()
    return found


def renew_password(connection: Connection, name: str) -> LedgerRole:
    """Let a role sign in by a new password, which is kept nowhere."""
    role = LedgerRole(name, secrets.token_urlsafe(24))
    connection.exec_driver_sql(f"alter role {name} login password %s", (role.password,))
    return role
