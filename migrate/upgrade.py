"""Bring a database to the newest schema, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config

from everheard import SCHEMA_VERSION
from everheard.config import Settings
from everheard.database.connect import (
    check_encoding,
    find_database_url,
    refuse_unfinished,
    translate_errors,
)
from everheard.failure import ConfigurationError, SchemaMismatch
from migrate.readers import end_sessions, guard_readers
from migrate.summaries import derive_waiting
from migrate.tables import create_schemas, create_tables, refuse_strangers
from migrate.views import create_views, drop_views, grant_views, grant_writer

MIGRATE_DIR = Path(__file__).parent
_TAKE_FIRST_TURN = """
create schema if not exists warehouse;
create type warehouse.upgrading as ();
drop type warehouse.upgrading;
"""


def upgrade(settings: Settings) -> str:
    """Make the tables, or lead older ones to the newest schema; make all views anew.

    Everything happens in one transaction: it is done, or nothing has changed.
    Returns a sentence.
    """
    with translate_errors(), open_transaction(settings) as connection:
        _refuse_other_than_owner(connection)
        take_turn(connection)
        if holds_ledger(connection):
            _refuse_newer(connection)
            end_sessions(connection)
            drop_views(connection)
            command.upgrade(configure_alembic(connection), "head")
            create_schemas(connection)
        else:
            refuse_strangers(connection)
            drop_views(connection)
            create_schemas(connection)
            create_tables(connection)
            command.stamp(configure_alembic(connection), "head")
        said = finish(connection)
    return "\n".join(said)


def finish(connection: sqlalchemy.Connection) -> list[str]:
    """Make views and rights anew, and derive what waits for it; return sentences."""
    view_count = create_views(connection)
    grant_views(connection)
    grant_writer(connection)
    guard_readers(connection)
    said = derive_waiting(connection)
    version = connection.exec_driver_sql("select version from warehouse.etl_schema").scalar()
    return [*said, f"upgrade: schema at version {version}, {view_count} views"]


def holds_ledger(connection: sqlalchemy.Connection) -> bool:
    """Say whether the database has the ledger's tables, of whatever version."""
    is_made = connection.exec_driver_sql("select to_regclass('warehouse.etl_schema') is not null")
    return bool(is_made.scalar())


def take_turn(connection: sqlalchemy.Connection) -> None:
    """Wait for any other upgrade: two at once must not both create the tables.

    No reader can keep it from us: the lock is on a table that they may not touch, or where
    there is none yet, on a name that each upgrade takes for a moment.
    """
    if not holds_ledger(connection):
        for attempts_left in (1, 0):
            try:
                with connection.begin_nested():
                    connection.exec_driver_sql(_TAKE_FIRST_TURN)
                break
            except sqlalchemy.exc.IntegrityError:  # another was making the same, and is done
                if not attempts_left:
                    raise
    if holds_ledger(connection):
        connection.exec_driver_sql("lock table warehouse.etl_schema in share row exclusive mode")


def _refuse_other_than_owner(connection: sqlalchemy.Connection) -> None:
    """Raise ConfigurationError where the tables belong to a role that this one cannot act as."""
    is_owner = connection.exec_driver_sql(
        "select pg_has_role(relowner, 'usage') from pg_catalog.pg_class"
        " where oid = to_regclass('warehouse.etl_schema')"
    ).scalar()
    if is_owner is False:
        raise ConfigurationError(
            [
                "The user of DATABASE_URL works with the ledger's tables and does not own them:"
                " type this where DATABASE_URL is the owner's, the address that your provider gave"
                ' you (docs/settings.md, "A role that does the jobs")'
            ]
        )


def _refuse_newer(connection: sqlalchemy.Connection) -> None:
    """Raise SchemaMismatch where newer code has upgraded the database already."""
    stated = connection.exec_driver_sql("select version from warehouse.etl_schema")
    version = stated.scalar() or 0
    refuse_unfinished(version)
    if version > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"The ledger's tables are at version {version}, this code knows {SCHEMA_VERSION}:"
            " update this copy with `git pull`."
        )


@contextmanager
def open_transaction(settings: Settings) -> Iterator[sqlalchemy.Connection]:
    """Connect to the direct host as the owner; commit at the end, or roll back."""
    engine = sqlalchemy.create_engine(
        to_direct_url(to_sqlalchemy_url(find_database_url(settings))),
        poolclass=sqlalchemy.NullPool,
        connect_args={"connect_timeout": 15, "application_name": "everheard migrate"},
    )
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        if driver is not None:
            check_encoding(driver)
        yield connection


def to_sqlalchemy_url(url: str) -> str:
    """Name the driver: SQLAlchemy 2.1 takes a bare postgresql:// as psycopg 3."""
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def to_direct_url(url: str) -> str:
    """Return the direct host of a Neon pooler: migrations belong there."""
    return url.replace("-pooler.", ".", 1) if ".neon.tech" in url else url


def configure_alembic(connection: sqlalchemy.Connection) -> Config:
    """Return what Alembic needs to run our revisions on this connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATE_DIR).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
