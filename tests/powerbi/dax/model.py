"""The semantic model as its files tell it, and what a choice in one table leaves of the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]


class Relationship(NamedTuple):
    """Many rows of one table belong to one of another, which filters them."""

    many: str
    many_column: str
    one: str
    one_column: str
    is_both: bool


@dataclass(frozen=True)
class Choice:
    """Chosen values of some columns of a table."""

    table: str
    columns: tuple[str, ...]
    values: frozenset[tuple[Any, ...]]

    def keep(self, rows: list[Row]) -> list[Row]:
        """Return the rows that have chosen values."""
        if len(self.columns) == 1:
            (name,) = self.columns
            values = {value for (value,) in self.values}
            return [row for row in rows if row[name] in values]
        read = itemgetter(*self.columns)
        return [row for row in rows if read(row) in self.values]


def read_measures(folder: Path) -> dict[str, str]:
    """Return measure -> its DAX, on one line."""
    text = (folder / "tables/Figures.tmdl").read_text(encoding="utf-8")
    found = re.findall(r"^\tmeasure '([^']+)' =(.*\n(?:\t\t\t.*\n)*)", text, flags=re.MULTILINE)
    return {name: " ".join(dax.split()) for name, dax in found}


def read_relationships(folder: Path) -> list[Relationship]:
    """Return the relationships of the model."""
    text = (folder / "relationships.tmdl").read_text(encoding="utf-8")
    found = []
    for block in text.split("relationship ")[1:]:
        ends = dict(re.findall(r"\t(from|to)Column: (\S+)", block))
        many, one = ends["from"].split("."), ends["to"].split(".")
        found.append(Relationship(*many, *one, is_both="bothDirections" in block))
    return found


def read_columns(folder: Path) -> dict[str, dict[str, bool]]:
    """Return table -> column -> whether people see it."""
    found: dict[str, dict[str, bool]] = {}
    for path in sorted(folder.glob("tables/*.tmdl")):
        blocks = re.split(r"^\tcolumn ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        is_seen = "\n\tisHidden" not in blocks[0]
        found[path.stem] = {
            block.split("\n")[0]: is_seen and "\n\t\tisHidden" not in block for block in blocks[1:]
        }
    return found


class StarModel:
    """Tables full of rows, and how a filter of one travels to the others."""

    def __init__(self, folder: Path, tables: dict[str, list[Row]]) -> None:
        self.measures = read_measures(folder)
        self.relationships = read_relationships(folder)
        self.tables = tables
        self.columns = {name: tuple(one) for name, one in read_columns(folder).items()}
        #: What was worked out already, by measure and choices.
        self.known: dict[tuple[str, frozenset[Choice]], Any] = {}
        self._kept: dict[frozenset[Choice], tuple[dict[str, list[Row]], frozenset[str]]] = {}
        self._values: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}

    def list_values(self, table: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
        """Return all values of some columns, each once, whatever is chosen."""
        if (table, *columns) not in self._values:
            rows = ([row[name] for name in columns] for row in self.tables[table])
            self._values[table, *columns] = list(dict.fromkeys(map(tuple, rows)))
        return self._values[table, *columns]

    def keep(self, choices: frozenset[Choice]) -> tuple[dict[str, list[Row]], frozenset[str]]:
        """Return the rows that are left of each table, and which tables are filtered."""
        if choices not in self._kept:
            left = dict(self.tables)
            for choice in choices:
                left[choice.table] = choice.keep(left[choice.table])
            filtered = {choice.table for choice in choices}
            while self._spread(left, filtered):
                pass
            self._kept[choices] = left, frozenset(filtered)
        return self._kept[choices]

    def _spread(self, left: dict[str, list[Row]], filtered: set[str]) -> bool:
        """Let every filter travel one step; say whether that changed anything."""
        has_changed = False
        for link in self.relationships:
            ways = [(link.one, link.one_column, link.many, link.many_column)]
            ways += [(link.many, link.many_column, link.one, link.one_column)] * link.is_both
            for source, source_column, target, target_column in ways:
                if source not in filtered:
                    continue
                keys = {row[source_column] for row in left[source]}
                rows = [row for row in left[target] if row[target_column] in keys]
                if target not in filtered or len(rows) < len(left[target]):
                    left[target], has_changed = rows, True
                    filtered.add(target)
        return has_changed


def list_ways(links: Iterable[Relationship], start: str) -> list[tuple[str, ...]]:
    """Return every way by which a filter of a table travels, without going in circles."""
    links = list(links)
    ways, open_ways = [], [(start,)]
    while open_ways:
        way = open_ways.pop()
        ways.append(way)
        for link in links:
            for source, target in ((link.one, link.many), (link.many, link.one))[
                : 1 + link.is_both
            ]:
                if source == way[-1] and target not in way:
                    open_ways.append((*way, target))
    return ways[1:]
