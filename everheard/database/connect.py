"""Open the ledger, and say in one sentence why it would not open."""

from __future__ import annotations

import random
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlsplit

import psycopg2
from psycopg2.extensions import connection as Connection

from everheard import SCHEMA_VERSION, UNFINISHED_MOVE
from everheard.addresses import HOW_TO_SPELL
from everheard.config import Settings
from everheard.database.refusals import (
    explain_connection,
    explain_state,
    is_final,
    read_first_line,
    read_words,
)
from everheard.failure import (
    ConfigurationError,
    DatabaseTrouble,
    Failure,
    SchemaMismatch,
    UnknownZone,
)
from everheard.rims.secrets import know_address

CONNECT_TIMEOUT_S = 15
#: With these a server that cannot show who it is, is told nothing.
CHECKING = {"verify-ca", "verify-full"}
_ATTEMPTS = 3


def find_database_url(settings: Settings) -> str:
    """Return DATABASE_URL as libpq takes it, or the embedded server's, starting that first."""
    if settings.database_url:
        url = "postgresql://" + settings.database_url.split("://", 1)[1]
        _check_signs(url)
        return _add_roots(url)
    from everheard.database import embedded  # only where no database was named

    url = embedded.start(settings.home).url
    know_address(url)
    return url


def _check_signs(url: str) -> None:
    """Raise ConfigurationError for an address that the driver would break apart elsewhere.

    It takes the first @ for the end of the password, the standard takes the last. Said here and
    not when the settings are read: what Spotify shows is fetched and kept all the same.
    """
    _, at, rest = url.partition("?")[0].partition("@")
    is_broken = "@" in rest or (not at and "@" in url)
    if is_broken or re.search("%(?![0-9A-Fa-f]{2})", url) or not _is_utf8(url):
        raise ConfigurationError([f"DATABASE_URL cannot be read: {HOW_TO_SPELL}"])


def _is_utf8(url: str) -> bool:
    """Say whether what is %-encoded is text: else the driver breaks off, and names the password."""
    try:
        unquote_to_bytes(url).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _add_roots(url: str) -> str:
    """Name the roots by which a server is checked, where it is to be checked and none are named.

    Those that everybody knows, as certifi keeps them: the driver's libpq finds no system's own.
    """
    asked = parse_qs(urlsplit(url).query)
    if asked.get("sslmode", [""])[-1] not in CHECKING or "sslrootcert" in asked:
        return url
    with suppress(OSError, RuntimeError):  # a service's user may have no home, or not enter it
        if (Path.home() / ".postgresql" / "root.crt").exists():  # libpq looks there
            return url
    import certifi  # only where it is needed

    return f"{url}&sslrootcert={quote(certifi.where(), safe='/')}"


def connect(settings: Settings, *, application: str) -> Connection:
    """Connect in autocommit mode; transient refusals are tried again, wrong passwords are not.

    The embedded database has its tables then.
    Nothing is set on the session: through a pooler in transaction mode it would
    leak to other clients.
    """
    url = find_database_url(settings)
    with translate_errors():
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                connection = psycopg2.connect(
                    url, connect_timeout=CONNECT_TIMEOUT_S, application_name=application
                )
            except (psycopg2.OperationalError, UnicodeDecodeError) as error:
                if attempt == _ATTEMPTS or is_final(error):
                    raise
                time.sleep(random.uniform(0.2, 1.0) * attempt)  # noqa: S311 (jitter)
            else:
                check_encoding(connection)
                connection.autocommit = True
                _settle_tables(connection, settings)
                return connection
    raise AssertionError("unreachable")


def _settle_tables(connection: Connection, settings: Settings) -> None:
    if not settings.database_url:
        from everheard.database.own_tables import settle_tables  # as above

        settle_tables(connection, settings)


def check_encoding(connection: Connection) -> None:
    """Raise ConfigurationError unless the database can hold every song's name. No round trip."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        raise ConfigurationError(
            [
                f"The database of DATABASE_URL holds text as {encoding}, which not every song's"
                " name fits into: make one with `create database everheard encoding 'UTF8'"
                " template template0` and name that"
            ]
        )


def check_schema(version: int | None, oldest_code: int | None) -> None:
    """Raise SchemaMismatch unless this code may write to tables of that version."""
    if version is None or oldest_code is None:
        raise SchemaMismatch(
            "The database holds no ledger yet: run `python start.py migrate upgrade`."
        )
    refuse_unfinished(version)
    if version < SCHEMA_VERSION:
        raise SchemaMismatch(
            f"The ledger's tables are at version {version}, this code needs {SCHEMA_VERSION}:"
            " run `python start.py migrate upgrade`."
        )
    if oldest_code > SCHEMA_VERSION:
        raise SchemaMismatch(
            f"The ledger was upgraded elsewhere and needs code of version {oldest_code} or later"
            f" (this is {SCHEMA_VERSION}): update this copy with `git pull`."
        )


def refuse_unfinished(version: int) -> None:
    """Raise SchemaMismatch where a ledger is being moved in: what is written now would be lost."""
    if version == UNFINISHED_MOVE:
        raise SchemaMismatch(
            "A move into this database has not come to its end: type that `python start.py move`"
            " again. Until then everything goes on with the old database."
        )


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn psycopg2's (and SQLAlchemy's) errors into sentences without data or secrets."""
    try:
        yield
    except psycopg2.Error as error:
        raise explain(error) from None
    except UnicodeDecodeError as error:
        if not _is_of_driver(error):
            raise
        raise explain(error) from None
    except Exception as error:
        original = getattr(error, "orig", None)  # SQLAlchemy wraps the driver's error
        if not isinstance(original, psycopg2.Error):
            raise
        raise explain(original) from None


def _is_of_driver(error: Exception) -> bool:
    """Say whether the driver raised an error: a refusal that is no UTF-8 comes as one of these."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return str(frame.f_globals.get("__name__", "")).startswith("psycopg2")


def explain(error: psycopg2.Error | UnicodeDecodeError) -> Failure:
    """Return the failure for a driver's error.

    Only SQLSTATE, constraint and the first line are told: DETAIL holds listening
    rows, and logs may be public.
    """
    if isinstance(error, UnicodeDecodeError) or not error.pgcode:
        return DatabaseTrouble(explain_connection(read_words(error)))
    code, first_line = error.pgcode, read_first_line(error)
    if code in {"42P01", "3F000", "42703"}:
        return SchemaMismatch(
            f"The database does not hold the ledger's tables as this code knows them"
            f" ({first_line}): run `python start.py migrate upgrade`."
        )
    if code == "22023" and "zone" in (error.diag.source_function or first_line).lower():
        return UnknownZone(
            f"The database does not know a listener's time zone ({first_line}):"
            " `python start.py listener` shows whose, and with --timezone ZONE it changes it."
        )
    return DatabaseTrouble(explain_state(error, code))
