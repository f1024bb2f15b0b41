"""Who is in the ledger: whose something is, if nobody says; their names and time zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import check_schema, translate_errors
from everheard.database.statements import render, send
from everheard.failure import ConfigurationError
from everheard.ledger import flows
from everheard.names import fold_name
from everheard.zones import list_zone_names

CHANGE_ZONE = "`python start.py listener --timezone {}`"


class Listener(NamedTuple):
    """One listener, as the ledger knows them."""

    listener_key: int
    account_id: str | None
    user_id: str | None
    name: str | None
    timezone: str
    created_at: datetime


class Listeners(NamedTuple):
    """Everybody in the ledger, by key, and the database's time."""

    known: list[Listener]
    now: datetime


def read_listeners(connection: Connection) -> Listeners:
    """Read everybody; raise SchemaMismatch where the tables do not fit."""
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.LISTENERS))
        version, oldest_code, now, rows = cursor.fetchone() or (None,) * 4
    check_schema(version, oldest_code)
    assert now is not None  # noqa: S101 (etl_schema holds one row always)
    return Listeners([_to_listener(row) for row in rows or ()], now)


def _to_listener(row: dict[str, Any]) -> Listener:
    return Listener(**{**row, "created_at": datetime.fromisoformat(row["created_at"])})


def choose_listener(
    known: Sequence[Listener],
    wanted: str | None,
    *,
    shows_names: bool = True,
    how: str = "Add --listener with",
) -> Listener | None:
    """Return whom ``wanted`` means: an account id, user id, key or name, in this order.

    Names are compared without case and accents. With None it is the only one there is;
    an empty ledger gives None. Raises ConfigurationError, which lists all, where that is not
    clear; without ``shows_names`` (a log that may be public) by their keys. ``how`` begins what
    it says to do: not everybody who is asked sits before a command line.
    """
    if wanted is None:
        if len(known) > 1:
            raise ConfigurationError([f"Whose? {how} one of: {_list(known, shows_names)}"])
        return known[0] if known else None
    wanted = wanted.strip()
    for found in (
        [one for one in known if wanted and wanted == one.account_id],
        [one for one in known if wanted and wanted == one.user_id],
        [one for one in known if wanted == str(one.listener_key)],
        [one for one in known if wanted and fold_name(wanted) == fold_name(one.name)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            keys = ", ".join(str(one.listener_key) for one in found)
            raise ConfigurationError([f"--listener: several have this name, take a number: {keys}"])
    here = f"one of: {_list(known, shows_names)}" if known else "nobody is in the ledger yet"
    said = f" as {wanted!r}" if shows_names else " by that name"
    raise ConfigurationError([f"--listener: nobody is known{said} here; {here}"])


def _list(known: Sequence[Listener], shows_names: bool) -> str:
    """Return what can be typed after --listener; where a name is not clear, the key."""
    count = Counter(fold_name(one.name) for one in known)
    said = []
    for one in known:
        name = one.name if shows_names else None
        is_clear = name and count[fold_name(name)] == 1 and not name.isdecimal()
        id_or_key = (one.account_id if shows_names else None) or str(one.listener_key)
        unclear = f"{one.listener_key} ({name})" if name else id_or_key
        said.append(name if name and is_clear else unclear)
    return ", ".join(said)


def find_listener(
    connection: Connection, wanted: str | None, *, shows_names: bool = True
) -> Listener | None:
    """Read who is meant (``choose_listener``); None only where nobody was named or is there."""
    return choose_listener(read_listeners(connection).known, wanted, shows_names=shows_names)


def find_or_insert_listener(
    connection: Connection,
    wanted: str | None,
    timezone: str | None,
    *,
    shows_names: bool = True,
) -> tuple[int, str]:
    """Return the key and time zone of who is meant; a ledger without listeners gets its first."""
    found = find_listener(connection, wanted, shows_names=shows_names)
    if found:
        return found.listener_key, found.timezone
    return insert_first_listener(connection, timezone)


def insert_first_listener(connection: Connection, timezone: str | None) -> tuple[int, str]:
    """Make the first listener of an empty ledger; return their key and time zone."""
    with translate_errors(), connection.cursor() as cursor:
        return insert_unsigned(cursor, timezone)


def insert_unsigned(cursor: Cursor, timezone: str | None) -> tuple[int, str]:
    """Make the listener whom the first sign-in takes over; return their key and time zone."""
    send(cursor, render(cursor, flows.UNSIGNED_LISTENER, {"zones": list_zone_names(timezone)}))
    row = cursor.fetchone()
    if row is None:
        raise ConfigurationError(["Somebody signed in just now: do the same again"])
    return int(row[0]), str(row[1])


def update_listener(
    connection: Connection,
    *,
    listener_key: int,
    name: str | None = None,
    timezone: str | None = None,
) -> str:
    """Change a listener's shown name, time zone, or both; return the zone that is kept.

    It is asked of the database in the statement that writes it, and kept by a name that
    both know. Raises ConfigurationError, and changes nothing, where there is none.
    """
    zones = None if timezone is None else list_zone_names(timezone)
    kept = _change(connection, listener_key, name, zones)
    if kept is None:
        raise ConfigurationError(
            [
                f"The database does not know the time zone {timezone}, nor another name of it: take"
                " that of a city near by, or bring the database's time zones (tzdata) up to date"
            ]
        )
    return kept


def _change(
    connection: Connection, listener_key: int, name: str | None, zones: list[str] | None
) -> str | None:
    parameters = {"listener_key": listener_key, "display_name": name, "zones": zones}
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.CHANGED_LISTENER, parameters))
        row = cursor.fetchone()
    return str(row[0]) if row else None


def mend_timezones(connection: Connection, instead: str | None) -> list[str]:
    """Give listeners whose zone the database does not know one that it does; return what to say.

    In this order: another name of the same zone, ``instead`` (what the settings say), UTC.
    """
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.UNKNOWN_ZONES))
        unknown = cursor.fetchall()
    said = []
    for listener_key, timezone in unknown:
        zones = [*list_zone_names(timezone), *list_zone_names(instead), "UTC"]
        kept = _change(connection, listener_key, None, zones)
        change = CHANGE_ZONE.format("ZONE")
        said.append(
            f"The database does not know a listener's time zone {timezone}: it is {kept} from now"
            f" on, and {change} changes it."
        )
    return said
