"""The columns of a relation, read in the statement that makes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_WORD = re.compile(r"[(),]|(?<!distinct )\bfrom\b|\bunion\b|\bselect\b")
_QUERY = re.compile(r"\s*(\w+)\s*(?:\(([^)]*)\)\s*)?as\s+(?:materialized\s+)?(?=\()")
_SOURCE = re.compile(r"\b(?:from|join)\s+(?:pg_temp\.)?(\w+)(?:\s+as\s+(\w+))?")
_STAR = re.compile(r"(?:(\w+)\.)?\*")
_NAME = re.compile(r"(?:.*[\s.])?([a-z]\w*)", re.DOTALL)


#: A query of a ``with``: the columns that it names itself, if it does, and its text.
_Query = tuple[tuple[str, ...], str]
_Known = Mapping[str, tuple[str, ...]]


def list_columns(rest: str, known: _Known) -> tuple[str, ...]:
    """Return the columns of what ``create temp … NAME`` makes, from what comes after the name.

    ``known``: columns of the temporary relations made before, for whoever says ``*``.
    """
    if rest.startswith("("):
        parts = _split(rest[1 : _find_end(rest) - 1])
        return tuple(part.split()[0] for part in parts)
    return _list_selected(re.split(r"\bas\b", rest, maxsplit=1)[1], known, {})


def _list_selected(query: str, known: _Known, outer: Mapping[str, _Query]) -> tuple[str, ...]:
    queries, main = _part_queries(query.strip())
    queries = {**outer, **queries}
    start = re.match(r"\s*select\s+(?:distinct\s+(on\s+)?)?", main)
    if not start:
        raise ValueError(f"no select: {main[:60]}")
    selected = main[start.end() :]
    if start[1]:
        selected = selected[_find_end(selected) :]
    columns: list[str] = []
    for item in _split(_cut(selected)):
        if star := _STAR.fullmatch(item):
            columns += _list_starred(star[1], main, known, queries)
        elif name := _NAME.fullmatch(item):
            columns.append(name[1])
        else:
            raise ValueError(f"a column without a name: {item}")
    return tuple(columns)


def _list_starred(
    alias: str | None, main: str, known: _Known, queries: Mapping[str, _Query]
) -> tuple[str, ...]:
    for name, shown in _SOURCE.findall(main):
        if alias not in {None, name, shown}:
            continue
        if name not in queries:
            return known[name]
        columns, text = queries[name]
        return columns or _list_selected(text, known, queries)
    raise ValueError(f"nothing is called {alias}")


def _part_queries(query: str) -> tuple[dict[str, _Query], str]:
    """Return the queries of a ``with`` by name, and what comes after them."""
    queries: dict[str, _Query] = {}
    opening = re.match(r"with(?:\s+recursive)?\b", query)
    rest = query[opening.end() :] if opening else query
    while opening and (found := _QUERY.match(rest)):
        end = found.end() + _find_end(rest[found.end() :])
        queries[found[1]] = tuple(_split(found[2] or "")), rest[found.end() + 1 : end - 1]
        rest = rest[end:].lstrip().removeprefix(",")
    return queries, rest.strip()


def _walk(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield every bracket, comma and word that ends a list: itself, its place, how deep it lies."""
    depth = 0
    for found in _WORD.finditer(text):
        depth -= found[0] == ")"
        yield found[0], found.start(), found.end(), depth
        depth += found[0] == "("


def _find_end(text: str) -> int:
    """Return where the bracket that a text begins with is closed."""
    return next(end for word, _, end, depth in _walk(text) if word == ")" and depth == 0)


def _cut(text: str) -> str:
    """Return a list of columns without what comes after it."""
    ends = (
        start for word, start, _, depth in _walk(text) if depth == 0 and word in {"from", "union"}
    )
    return text[: next(ends, len(text))]


def _split(text: str) -> list[str]:
    """Split a list at its own commas."""
    places = [start for word, start, _, depth in _walk(text) if word == "," and depth == 0]
    edges = zip([0, *(place + 1 for place in places)], [*places, len(text)], strict=True)
    return [part for start, end in edges if (part := text[start:end].strip())]
