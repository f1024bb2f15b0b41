"""The READMEs in sql/load: written from the flows and the files that they send."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from everheard.config import PROJECT_DIR
from everheard.database.statements import SQL_DIR, read_statement
from everheard.database.trips import BEGIN, COMMIT, Flow, Rows, Trip
from everheard.ledger.flow_list import FLOWS
from migrate.lineage import Life, Trace, follow, read_tables

LOAD_DIR = SQL_DIR / "load"
#: Above it people write, below it this module does.
MARKER = (
    "<!-- Written by `python3 start.py migrate document`:"
    " change the SQL, or everheard/ledger/flows.py and flow_list.py, instead. -->"
)
LEGEND = (
    "A number is a round trip. `Code` is a table of `warehouse` (of another schema where it says"
    " so), *slanted* a temporary relation: those are gone when the transaction ends."
)
_VERBS = ("reads", "writes", "makes", "drops")


def write_readmes() -> list[Path]:
    """Write the README of every folder; return where they are, from the project's root."""
    pages = [LOAD_DIR / folder / "README.md" for folder in list_folders()]
    for page in pages:
        page.write_text(render_readme(page.parent.name), encoding="utf-8")
    return [page.relative_to(PROJECT_DIR) for page in pages]


def list_folders() -> list[str]:
    """Return the folders of sql/load."""
    return sorted(path.name for path in LOAD_DIR.iterdir() if path.is_dir())


def render_readme(folder: str) -> str:
    """Return a folder's README: an introduction, its flows, and who else sends its files."""
    page = (LOAD_DIR / folder / "README.md").read_text(encoding="utf-8")
    parts = [page.partition(MARKER)[0] + MARKER, LEGEND]
    parts += [_render_flow(flow) for flow in FLOWS if flow.folder == folder]
    lent = list(_list_lent(folder))
    if lent:
        head = ["## Sent by other flows", "", "| file | flows |", "|---|---|"]
        parts.append("\n".join([*head, *lent]))
    return "\n\n".join(parts) + "\n"


def _render_flow(flow: Flow) -> str:
    trace = follow(flow)
    lines = [f"## {flow.title}", ""]
    if not flow.is_ordered:
        lines += ["Each by itself, whenever it is wanted.", ""]
    number = 0
    for trip in flow.trips:
        number += not trip.is_along
        mark = f"{number}." if flow.is_ordered else "-"
        margin = " " * (len(mark) + 1) if trip.is_along else ""
        lines += [margin + line for line in _list_trip(trip, "-" if margin else mark, flow, trace)]
    if trace.lives:
        lines += [
            "",
            "| temporary | made by | filled by | read by | gone |",
            "|---|---|---|---|---|",
        ]
        lines += [_render_life(name, life) for name, life in sorted(trace.lives.items())]
    return "\n".join(lines)


def _list_trip(trip: Trip, mark: str, flow: Flow, trace: Trace) -> Iterator[str]:
    steps = list(_list_steps(trip, flow.folder, trace))
    head = _introduce(trip)
    if len(steps) == 1:
        yield f"{mark} {head}{steps[0]}"
        return
    yield f"{mark} {head or 'Together:'}".rstrip()
    for step in steps:
        yield f"{' ' * len(mark)} - {step}"


def _introduce(trip: Trip) -> str:
    words = ["`begin`"] if trip.begins and trip.steps else []
    if trip.condition:
        words.append(trip.condition if trip.is_repeated else f"when {trip.condition}")
    said = ", ".join(words)
    return f"{said[0].upper()}{said[1:]}: " if said else ""


def _list_steps(trip: Trip, folder: str, trace: Trace) -> Iterator[str]:
    if trip in {BEGIN, COMMIT}:
        yield "`begin`." if trip.begins else "`commit`."
    for step in trip.steps:
        if isinstance(step, Rows):
            yield f"rows that we stage, into {_slant(step.tables)}."
        else:
            sentences = [read_first_sentence(step), *_tell_deeds(step, trace)]
            yield f"{_link(step, folder)}: {' '.join(sentences)}"


def _tell_deeds(file: str, trace: Trace) -> Iterator[str]:
    tables = dict(zip(_VERBS, read_tables(file), strict=False))
    told = []
    for verb in _VERBS:
        temporary = [name for name, life in trace.lives.items() if file in life.deeds.get(verb, ())]
        names = [f"`{name}`" for name in tables.get(verb, ())] + [f"*{name}*" for name in temporary]
        if names:
            told.append(f"{verb} {', '.join(names)}")
    sentence = "; ".join(told)
    if sentence:
        yield f"{sentence[0].upper()}{sentence[1:]}."


def _render_life(name: str, life: Life) -> str:
    kind = " (a view)" if life.relation.kind == "view" else ""
    filled = [*life.deeds.get("fills", ()), *life.deeds.get("writes", ())]
    gone = life.deeds.get("drops", ["commit"])
    cells = (life.deeds["makes"], filled, life.deeds.get("reads", ()), gone)
    return f"| *{name}*{kind} | {' | '.join(', '.join(cell) for cell in cells)} |"


def _list_lent(folder: str) -> Iterator[str]:
    """Yield a line for each file of a folder that flows of other folders send."""
    senders: dict[str, list[str]] = {}
    for flow in FLOWS:
        for file in (file for trip in flow.trips for file in trip.files):
            others = senders.setdefault(file, [])
            title = f"[{flow.folder}](../{flow.folder}/README.md)"
            if flow.folder != folder and title not in others:
                others.append(title)
    for file, others in senders.items():
        if file.partition("/")[0] == folder and others:
            yield f"| {_link(file, folder)}: {read_first_sentence(file)} | {', '.join(others)} |"


def read_first_sentence(file: str) -> str:
    """Return the first sentence of the comment that a file begins with."""
    lines = takewhile(lambda line: line.startswith("--"), read_statement(file).splitlines())
    banner = " ".join(line.lstrip("-").strip() for line in lines)
    sentence = re.match(r".+?\.(?=\s|$)", banner)
    return sentence[0] if sentence else banner


def _link(file: str, folder: str) -> str:
    home, _, name = file.partition("/")
    return f"[{name}]({name}.sql)" if home == folder else f"[{file}](../{file}.sql)"


def _slant(names: Iterable[str]) -> str:
    return ", ".join(f"*{name}*" for name in names)
