"""What the files of sql/load do to relations: read in them, and followed through each flow.

Relations are always named with their schema (``pg_temp.X``), but where a temporary one is
made: the reader counts on it, and refuses a file that does otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from everheard.database.statements import read_statement
from everheard.database.trips import COMMIT, Flow, Rows, Trip
from migrate.select_columns import list_columns

#: Whoever reads a file of SQL by name: tests put their own in its place.
ReadFile = Callable[[str], str]

_NOISE = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_MADE = re.compile(r"\s*create temp (?P<kind>table|view) (?P<name>\w+)\s*(?P<rest>.*)", re.DOTALL)
_USED = re.compile(
    r"(?:(?P<verb>insert into|update|delete from|from|join|using|lock table)\s+)?"
    r"\b(?P<schema>pg_temp|warehouse|bi|part)\.(?P<name>\w+)"
)
_VERBS = {"from": "reads", "join": "reads", "using": "reads", "lock table": "reads"}
_LISTED = re.compile(r"\s*(?P<verb>analyze|drop (?:table|view))\s")
_BARE = re.compile(
    r"(?<!distinct )\b(?:from|join|into|update|using)\s+(?!set\b|skip\b|lateral\b|pg_)"
    r"(?P<name>\w+)\b(?!\s*[.(])"
)
_EXTRACT = re.compile(r"\bextract\(\w+ from\b")
_QUERY = re.compile(r"\b(\w+)(?: \([^)]*\))? as (?:not )?(?:materialized )?\(")


class Relation(NamedTuple):
    """A temporary table or view as the file that makes it says."""

    name: str
    kind: str
    columns: tuple[str, ...]
    goes_at_commit: bool


class Deed(NamedTuple):
    """What a file does to one relation: makes, reads, writes, analyzes or drops it."""

    verb: str
    name: str
    is_temporary: bool
    made: Relation | None = None


@dataclass
class Life:
    """What one flow does to a temporary relation: who does, by verb; rows count as a file."""

    relation: Relation
    deeds: dict[str, list[str]] = field(default_factory=dict)

    def note(self, verb: str, who: str) -> None:
        """Note a deed, once."""
        doers = self.deeds.setdefault(verb, [])
        if who not in doers:
            doers.append(who)


@dataclass
class Trace:
    """What a flow does to temporary relations, and what is wrong with it."""

    lives: dict[str, Life] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


#: Who fills a table whose rows come from us.
OURSELVES = "rows that we stage"


def read_deeds(text: str, columns: Mapping[str, tuple[str, ...]]) -> list[Deed]:
    """Return what a file does to relations, in order; ``columns`` of those made before it."""
    known = dict(columns)
    deeds: list[Deed] = []
    for statement in _split(text):
        for deed in _read_statement(statement, known):
            deeds.append(deed)
            if deed.made:
                known[deed.name] = deed.made.columns
    return deeds


def _split(text: str) -> list[str]:
    return _NOISE.sub(" ", text).split(";")


def _read_statement(statement: str, columns: Mapping[str, tuple[str, ...]]) -> list[Deed]:
    deeds = _read_uses(statement)
    queries = set(_QUERY.findall(statement))
    for bare in _BARE.finditer(_EXTRACT.sub("extract(", statement)):
        if bare["name"] not in queries:
            raise ValueError(f"{bare[0]}: of which schema?")
    if made := _MADE.match(statement):
        goes = "on commit drop" in statement
        relation = Relation(made["name"], made["kind"], list_columns(made["rest"], columns), goes)
        deeds.append(Deed("makes", relation.name, True, relation))
    return deeds


def _read_uses(statement: str) -> list[Deed]:
    if listed := _LISTED.match(statement):
        verb = "analyzes" if listed["verb"] == "analyze" else "drops"
        return [
            Deed(verb, used["name"], used["schema"] == "pg_temp")
            for used in _USED.finditer(statement)
        ]
    deeds = []
    for used in _USED.finditer(statement):
        if not used["verb"]:
            raise ValueError(f"what becomes of {used[0]}? {' '.join(statement.split())[:100]}")
        is_temporary = used["schema"] == "pg_temp"
        name = (
            used["name"] if is_temporary or used["schema"] == "warehouse" else used[0].split()[-1]
        )
        deeds.append(Deed(_VERBS.get(used["verb"], "writes"), name, is_temporary))
    return deeds


def follow(flow: Flow, read_file: ReadFile = read_statement) -> Trace:
    """Follow the temporary relations through a flow, as if all of its trips were made."""
    trace = Trace()
    alive: dict[str, Relation] = {}
    is_open = False
    for place, trip in enumerate(flow.trips):
        is_open = trip.begins or (is_open and trip != COMMIT)
        for _ in range(1 + trip.is_repeated):
            _follow_trip(trip, read_file, alive, trace)
        goes_on = place + 1 < len(flow.trips) and flow.trips[place + 1].is_along
        if not is_open and not goes_on:
            _end_transaction(alive, trace)
    if is_open:
        trace.problems.append(f"{flow.title} does not end")
    return trace


def _follow_trip(trip: Trip, read_file: ReadFile, alive: dict[str, Relation], trace: Trace) -> None:
    for step in trip.steps:
        if isinstance(step, Rows):
            deeds = [Deed("fills", name, is_temporary=True) for name in step.tables]
        else:
            columns = {name: relation.columns for name, relation in alive.items()}
            deeds = read_deeds(read_file(step), columns)
        who = OURSELVES if isinstance(step, Rows) else step
        for deed in deeds:
            if deed.is_temporary:
                _note(deed, who, alive, trace)


def _note(deed: Deed, who: str, alive: dict[str, Relation], trace: Trace) -> None:
    if deed.made:
        if deed.name in alive:
            trace.problems.append(f"{who} makes {deed.name}, which is there")
        alive[deed.name] = deed.made
        trace.lives.setdefault(deed.name, Life(deed.made))
    elif deed.name not in alive:
        trace.problems.append(f"{who} {deed.verb} {deed.name}, which nobody has made")
        return
    elif deed.verb == "drops":
        del alive[deed.name]
    elif deed.verb == "fills" and "reads" in trace.lives[deed.name].deeds:
        trace.problems.append(f"{deed.name} has been read before its rows come")
    trace.lives[deed.name].note(deed.verb, who)


def _end_transaction(alive: dict[str, Relation], trace: Trace) -> None:
    """Let go what goes with the transaction; a view goes with what it reads."""
    if any(one.kind == "table" and not one.goes_at_commit for one in alive.values()):
        staying = [
            name for name, one in alive.items() if one.kind == "table" and not one.goes_at_commit
        ]
        trace.problems += [f"{name} outlives the transaction" for name in staying]
    alive.clear()


def compare(traces: Iterable[Trace], *, either: Iterable[str] = ()) -> list[str]:
    """Return what is wrong between flows: one name is one thing, and somebody reads it.

    ``either``: names that may be a table here and a view there.
    """
    first: dict[str, Relation] = {}
    problems = []
    read: set[str] = set()
    for life in (life for trace in traces for life in trace.lives.values()):
        one = life.relation
        other = first.setdefault(one.name, one)
        if one.columns != other.columns:
            problems.append(f"{one.name} has other columns elsewhere")
        if one.kind != other.kind and one.name not in either:
            problems.append(f"{one.name} is a table and a view")
        if "reads" in life.deeds:
            read.add(one.name)
    return problems + [f"{name} is read by nobody" for name in first if name not in read]


@cache
def read_tables(file: str) -> tuple[list[str], list[str]]:
    """Return the permanent relations that a file of sql/load reads, and those it writes."""
    used: dict[str, set[str]] = {}
    for statement in _split(read_statement(file)):
        for deed in _read_uses(statement):
            if not deed.is_temporary:
                used.setdefault(deed.verb, set()).add(deed.name)
    return sorted(used.get("reads", ())), sorted(used.get("writes", ()))
