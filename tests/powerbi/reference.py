"""What the measures have to be under some choices, worked out by the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

STATEMENT = Path(__file__).with_name("reference.sql").read_text(encoding="utf-8")
#: Table -> column -> the values that are chosen.
Choices = Mapping[str, Mapping[str, list[Any]]]
SHOWN = "select calendar_date from bi.calendar where {}"
#: The days whose date a year later is one of those shown, as far as these have come.
YEAR_BEFORE = """
select calendar_date from bi.calendar
where (calendar_date + interval '1 year')::date in (
    select calendar_date from bi.calendar
    where {} and calendar_date <= (select max(play_date) from bi.seen_day where {})
)
"""
SPAN = """
select min(calendar_date), max(calendar_date) from bi.calendar
where {} and calendar_date <= (select max(play_date) from bi.seen_day where {})
"""


def read_expected(ledger: Connection, choices: Choices) -> dict[str, Any]:
    """Return measure -> its value."""
    listener, days = _say(choices, "listener"), _say(choices, "calendar")
    now = _read(ledger, choices, sql.SQL(SHOWN).format(days), has_days="calendar" in choices)
    now |= {"Hours last year": None, "Certainty last year": None}
    (first, last), *_ = _ask(ledger, sql.SQL(SPAN).format(days, listener))
    if first and _is_under_a_year(first, last):
        before = _read(ledger, choices, sql.SQL(YEAR_BEFORE).format(days, listener), has_days=True)
        now["Hours last year"], now["Certainty last year"] = before["Hours"], before["Certainty"]
    return now


def _is_under_a_year(first: date, last: date) -> bool:
    return (last.year - 1, last.month, last.day) < (first.year, first.month, first.day)


def _read(
    ledger: Connection, choices: Choices, days: sql.Composable, has_days: bool
) -> dict[str, Any]:
    has_song = bool({"artist", "album"} & set(choices))
    parts: dict[str, sql.Composable] = {
        name: _say(choices, name) for name in ("listener", "artist", "album", "play")
    }
    flags = {
        "has_days": has_days,
        "has_song": has_song,
        "is_apart": has_song or "play" in choices,
        "is_beside_artists": bool({"album", "play"} & set(choices)),
        "is_beside_albums": bool({"artist", "play"} & set(choices)),
    }
    parts |= {name: sql.Literal(value) for name, value in flags.items()}
    text = "\n".join(line for line in STATEMENT.splitlines() if not line.startswith("--"))
    (row,) = _ask(ledger, sql.SQL(text).format(days=days, **parts), as_dict=True)
    return row


def _say(choices: Choices, table: str) -> sql.Composable:
    """Say the choices of a table as one condition."""
    conditions = [
        sql.SQL("{} = any({})").format(sql.Identifier(column), sql.Literal(values))
        for column, values in choices.get(table, {}).items()
    ]
    return sql.SQL(" and ").join([sql.SQL("true"), *conditions])


def _ask(ledger: Connection, query: sql.Composable, *, as_dict: bool = False) -> list[Any]:
    with ledger.cursor() as cursor:
        cursor.execute(query)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) if as_dict else row for row in cursor]
