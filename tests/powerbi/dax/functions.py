"""The functions of DAX that the measures call, each as Microsoft's reference tells it."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cmp_to_key
from typing import Any

from tests.powerbi.dax.parse import Node
from tests.powerbi.dax.run import FUNCTIONS, Reckoning, TableRows

#: The clock of UTCNOW; a test sets it.
CLOCK: dict[str, datetime] = {}


def _calculate(here: Reckoning, arguments: list[Node]) -> Any:
    """Work out in another context; ALL of a table forgets what was chosen in it."""
    what, *filters = arguments
    forgotten = [node[2][0][1] for node in filters if node[:2] == ("call", "ALL")]
    there = here.choose([here.read_choice(node) for node in filters if node[:2] != ("call", "ALL")])
    for table in forgotten:
        there = there.forget(table)
    return there.work_out(what)


def _list_column(here: Reckoning, node: Node) -> list[Any]:
    """Return a column's values in this context, blanks too."""
    _, table, column = node
    return [row[column] for row in here.list_rows(table)]


def _aggregate(
    function: Callable[[list[Any]], Any],
) -> Callable[[Reckoning, list[Node]], Any]:
    """Make a function of one column that leaves blanks out and is blank where nothing is left."""

    def work_out(here: Reckoning, arguments: list[Node]) -> Any:
        values = [value for value in _list_column(here, arguments[0]) if value is not None]
        return function(values) if values else None

    return work_out


def _over_rows(function: Callable[[list[Any]], Any]) -> Callable[[Reckoning, list[Node]], Any]:
    def work_out(here: Reckoning, arguments: list[Node]) -> Any:
        rows = here.read_table(arguments[0]).rows
        values = [here.at(row).work_out(arguments[1]) for row in rows]
        values = [value for value in values if value is not None]
        return function(values) if values else None

    return work_out


def _distinctcount(here: Reckoning, arguments: list[Node]) -> int | None:
    return len(set(_list_column(here, arguments[0]))) or None


def _values(here: Reckoning, arguments: list[Node]) -> TableRows:
    _, table, column = arguments[0]
    values = dict.fromkeys(_list_column(here, arguments[0]))
    return TableRows(table, (column,), [{(table, column): value} for value in values])


def _all(here: Reckoning, arguments: list[Node]) -> TableRows:
    return Reckoning(here.model, frozenset()).read_table(arguments[0])


def _filter(here: Reckoning, arguments: list[Node]) -> TableRows:
    found = here.read_table(arguments[0])
    kept = [row for row in found.rows if here.at(row).work_out(arguments[1])]
    return TableRows(found.table, found.columns, kept)


def _countrows(here: Reckoning, arguments: list[Node]) -> int | None:
    kind, name, *_ = arguments[0]
    if kind == "name" and name not in here.variables:
        return len(here.list_rows(name)) or None
    return len(here.read_table(arguments[0]).rows) or None


def _if(here: Reckoning, arguments: list[Node]) -> Any:
    if here.work_out(arguments[0]):
        return here.work_out(arguments[1])
    return here.work_out(arguments[2]) if len(arguments) == 3 else None


def _switch(here: Reckoning, arguments: list[Node]) -> Any:
    wanted = here.work_out(arguments[0])
    pairs, last = arguments[1:], None
    if len(pairs) % 2:
        *pairs, last = pairs
    for when, then in zip(pairs[::2], pairs[1::2], strict=True):
        if bool(here.work_out(when)) == wanted:
            return here.work_out(then)
    return here.work_out(last) if last else None


def _coalesce(here: Reckoning, arguments: list[Node]) -> Any:
    for one in arguments:
        value = here.work_out(one)
        if value is not None:
            return value
    return None


def _divide(here: Reckoning, arguments: list[Node]) -> float | None:
    above, below = (here.work_out(one) for one in arguments)
    return None if not below or above is None else above / below


def _lookupvalue(here: Reckoning, arguments: list[Node]) -> Any:
    """Find the one row, whatever is chosen; none is blank, and two are a fault."""
    (_, table, column), *pairs = arguments
    wanted = {
        node[2]: here.work_out(value) for node, value in zip(pairs[::2], pairs[1::2], strict=True)
    }
    rows = here.model.tables[table]
    found = {row[column] for row in rows if all(row[name] == wanted[name] for name in wanted)}
    assert len(found) < 2, "LOOKUPVALUE finds several"
    return found.pop() if found else None


def _edate(here: Reckoning, arguments: list[Node]) -> date:
    day, months = (here.work_out(one) for one in arguments)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _isfiltered(here: Reckoning, arguments: list[Node]) -> bool:
    return arguments[0][1] in {choice.table for choice in here.choices}


def _iscrossfiltered(here: Reckoning, arguments: list[Node]) -> bool:
    return arguments[0][1] in here.model.keep(here.choices)[1]


def _concatenatex(here: Reckoning, arguments: list[Node]) -> str:
    table, text, between, order = arguments
    rows = sorted(
        here.read_table(table).rows, key=cmp_to_key(lambda a, b: _compare(here, order, a, b))
    )
    return str(here.work_out(between)).join(str(here.at(row).work_out(text)) for row in rows)


def _compare(here: Reckoning, order: Node, one: Any, other: Any) -> int:
    left, right = here.at(one).work_out(order), here.at(other).work_out(order)
    return int(left > right) - int(left < right)


def _related(here: Reckoning, arguments: list[Node]) -> Any:
    """Follow the one relationship from the iterator's table to the other."""
    _, table, column = arguments[0]
    (link,) = (
        link
        for link in here.model.relationships
        if link.one == table and (link.many, link.many_column) in here.row
    )
    key = here.row[link.many, link.many_column]
    rows = [row for row in here.model.tables[table] if row[link.one_column] == key]
    return rows[0][column] if rows else None


def _format(here: Reckoning, arguments: list[Node]) -> str:
    value, form = (here.work_out(one) for one in arguments)
    if form == "#,0":
        return f"{value:,.0f}"
    assert form == "yyyy-mm-dd hh:nn"
    return f"{value:%Y-%m-%d %H:%M}"


def _datediff(here: Reckoning, arguments: list[Node]) -> int:
    """Count the full hours that begin between two moments."""
    first, last = (here.work_out(one) for one in arguments[:2])
    assert arguments[2] == ("name", "HOUR")
    full = [moment.replace(minute=0, second=0, microsecond=0) for moment in (first, last)]
    return (full[1] - full[0]) // timedelta(hours=1)


FUNCTIONS |= {
    "CALCULATE": _calculate, "SUM": _aggregate(sum), "MAX": _aggregate(max),
    "AVERAGE": _aggregate(lambda values: sum(values) / len(values)),
    "MINX": _over_rows(min), "MAXX": _over_rows(max), "DISTINCTCOUNT": _distinctcount,
    "VALUES": _values, "DISTINCT": _values, "ALL": _all, "FILTER": _filter,
    "COUNTROWS": _countrows, "IF": _if, "SWITCH": _switch, "COALESCE": _coalesce,
    "DIVIDE": _divide, "LOOKUPVALUE": _lookupvalue, "EDATE": _edate,
    "ISFILTERED": _isfiltered, "ISCROSSFILTERED": _iscrossfiltered,
    "ISBLANK": lambda here, arguments: here.work_out(arguments[0]) is None,
    "ISEMPTY": lambda here, arguments: not here.read_table(arguments[0]).rows,
    "TRUE": lambda here, arguments: True, "CONCATENATEX": _concatenatex, "RELATED": _related,
    "FORMAT": _format, "DATEDIFF": _datediff,
    "UTCNOW": lambda here, arguments: CLOCK["now"],
}  # fmt: skip
