"""Work a measure out over tables, as Power BI would: in a context of choices.

What DAX says of blanks holds: nothing plus a number is the number, nothing compared is 0 or "".
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from tests.powerbi.dax.model import Choice, Row, StarModel
from tests.powerbi.dax.parse import Node, list_columns, parse

#: A row of an iterator: (table, column) -> value.
IteratedRow = dict[tuple[str, str], Any]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_TABLES = {"FILTER", "ALL", "VALUES", "DISTINCT"}
#: Name -> what works it out; functions.py fills it.
FUNCTIONS: dict[str, Callable[[Reckoning, list[Node]], Any]] = {}


@dataclass(frozen=True)
class TableRows:
    """Rows of one table, all of its columns or some; there may be none."""

    table: str
    columns: tuple[str, ...]
    rows: list[IteratedRow]

    @cached_property
    def values(self) -> frozenset[tuple[Any, ...]]:
        return frozenset(tuple(row.values()) for row in self.rows)


class Reckoning:
    """One context: what is chosen, the row an iterator is at, and the variables so far."""

    def __init__(
        self,
        model: StarModel,
        choices: frozenset[Choice],
        row: IteratedRow | None = None,
        variables: dict[str, Any] | None = None,
    ) -> None:
        self.model = model
        self.choices = choices
        self.row = row or {}
        self.variables = variables or {}

    def measure(self, name: str) -> Any:
        if self.row:
            raise NotImplementedError("a measure inside an iterator: put it into a variable")
        key = (name, self.choices)
        if key not in self.model.known:
            there = Reckoning(self.model, self.choices)
            self.model.known[key] = there.work_out(parse(self.model.measures[name]))
        return self.model.known[key]

    def work_out(self, node: Node) -> Any:
        kind, *parts = node
        if kind == "call":
            return self.call(*parts)
        return getattr(self, f"_{kind.lower()}")(*parts)

    def call(self, name: str, arguments: list[Node]) -> Any:
        return FUNCTIONS[name](self, arguments)

    def at(self, row: IteratedRow) -> Reckoning:
        """Return this context at a row of an iterator."""
        return Reckoning(self.model, self.choices, self.row | row, self.variables)

    def choose(self, choices: list[Choice]) -> Reckoning:
        """Return this context with choices that replace those of the same columns."""
        if self.row:
            raise NotImplementedError("CALCULATE inside an iterator")
        kept = [old for old in self.choices if not any(_replaces(new, old) for new in choices)]
        return Reckoning(self.model, frozenset([*kept, *choices]), None, self.variables)

    def list_rows(self, table: str) -> list[Row]:
        return self.model.keep(self.choices)[0][table]

    def forget(self, table: str) -> Reckoning:
        """Return this context with nothing chosen in a table."""
        kept = frozenset(old for old in self.choices if old.table != table)
        return Reckoning(self.model, kept, None, self.variables)

    def read_table(self, node: Node) -> TableRows:
        """Return the rows of a table, of a function that makes one, or of a variable."""
        if node[0] == "name" and node[1] not in self.variables:
            columns = self.model.columns[node[1]]
            rows = [_qualify(node[1], row) for row in self.list_rows(node[1])]
            return TableRows(node[1], columns, rows)
        found: TableRows = self.work_out(node)
        return found

    def read_choice(self, node: Node) -> Choice:
        """Return what an argument of CALCULATE chooses: a table's rows, or by a condition."""
        if (node[0] == "name") or (node[0] == "call" and node[1] in _TABLES):
            found = self.read_table(node)
            return Choice(found.table, found.columns, found.values)
        columns = sorted(list_columns(node))
        (table,) = {one for one, _ in columns}
        names = tuple(column for _, column in columns)
        values = [
            value
            for value in self.model.list_values(table, names)
            if self.at(dict(zip(columns, value, strict=True))).work_out(node)
        ]
        return Choice(table, names, frozenset(values))

    def _value(self, value: Any) -> Any:
        return value

    def _let(self, variables: list[tuple[str, Node]], result: Node) -> Any:
        inner = Reckoning(self.model, self.choices, self.row, dict(self.variables))
        for name, node in variables:
            inner.variables[name] = inner.work_out(node)
        return inner.work_out(result)

    def _name(self, name: str) -> Any:
        return self.variables[name]

    def _measure(self, name: str) -> Any:
        return self.measure(name)

    def _column(self, table: str, column: str) -> Any:
        return self.row[table, column]

    def _not(self, node: Node) -> bool:
        return not self.work_out(node)

    def _operate(self, sign: str, left: Node, right: Node) -> Any:
        if sign in {"&&", "||"}:
            is_so = bool(self.work_out(left))
            return (is_so and bool(self.work_out(right))) if sign == "&&" else (
                is_so or bool(self.work_out(right)))  # fmt: skip
        one, other = self.work_out(left), self.work_out(right)
        if sign == "IN":
            return (one,) in other.values
        if sign == "&":
            return ("" if one is None else str(one)) + ("" if other is None else str(other))
        if sign in _COMPARE:
            return _COMPARE[sign](*_fill_blanks(one, other))
        return _reckon(sign, one, other)


def _qualify(table: str, row: Row) -> IteratedRow:
    return {(table, name): value for name, value in row.items()}


def _replaces(new: Choice, old: Choice) -> bool:
    if new.table != old.table or not set(new.columns) & set(old.columns):
        return False
    if not set(old.columns) <= set(new.columns):
        raise NotImplementedError("a choice of which only some columns are replaced")
    return True


def _fill_blanks(one: Any, other: Any) -> tuple[Any, Any]:
    blank = {str: "", bool: False, date: date(1899, 12, 30)}
    if one is None and other is None:
        return 0, 0
    if one is None:
        return blank.get(type(other), 0), other
    return one, blank.get(type(one), 0) if other is None else other


def _reckon(sign: str, one: Any, other: Any) -> Any:
    if one is None and (other is None or sign in {"*", "/"}):
        return None
    left, right = one or 0, other or 0
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign](
        left, right
    )
