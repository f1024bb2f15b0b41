"""Parse the part of DAX that the measures are written in; anything else is refused.

A node is a tuple: its kind, then its parts.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

Node = tuple[Any, ...]

_TOKENS = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?)
    |(?P<text>"(?:[^"]|"")*")
    |(?P<column>(?:'[^']+'|[A-Za-z_]\w*)\[[^\]]+\])
    |(?P<measure>\[[^\]]+\])
    |(?P<table>'[^']+')
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign><>|<=|>=|&&|\|\||[-+*/=<>&(),])
    )""",
    re.VERBOSE,
)
#: From the loosest to the tightest; all of them lean to the left.
_LEVELS = (
    ("||",),
    ("&&",),
    ("=", "<>", "<", ">", "<=", ">=", "IN"),
    ("&",),
    ("+", "-"),
    ("*", "/"),
)
_COMPARISON = 2


@cache
def parse(text: str) -> Node:
    """Return the tree of an expression."""
    parser = _DaxParser(text)
    node = parser.read_expression()
    if parser.peek() is not None:
        raise SyntaxError(f"not understood from here: {parser.peek()} in {text}")
    return node


def split_tokens(text: str) -> list[tuple[str, str]]:
    """Return (kind, text) of every token."""
    tokens, place, text = [], 0, text.strip()
    while place < len(text):
        found = _TOKENS.match(text, place)
        if not found or found.end() == place:
            raise SyntaxError(f"no DAX: {text[place:]}")
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        place = found.end()
    return tokens


def list_columns(node: Any) -> set[tuple[str, str]]:
    """Return the columns that an expression names."""
    if not isinstance(node, tuple | list):
        return set()
    if node and node[0] == "column":
        return {(node[1], node[2])}
    return set().union(*(list_columns(part) for part in node))


class _DaxParser:
    """Reads tokens from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = split_tokens(text)
        self.place = 0

    def peek(self) -> str | None:
        return self.tokens[self.place][1] if self.place < len(self.tokens) else None

    def take(self, expected: str | None = None) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise SyntaxError(f"ends where {expected or 'more'} should stand")
        kind, text = self.tokens[self.place]
        if expected is not None and text != expected:
            raise SyntaxError(f"{text} stands where {expected} should")
        self.place += 1
        return kind, text

    def read_expression(self) -> Node:
        """Read VAR … RETURN …, or what has no variables."""
        variables = []
        while self.peek() == "VAR":
            self.take()
            _, name = self.take()
            self.take("=")
            variables.append((name, self.read_level(0)))
        if variables:
            self.take("RETURN")
            return ("let", variables, self.read_level(0))
        return self.read_level(0)

    def read_level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.read_one()
        if level == _COMPARISON and self.peek() == "NOT":
            self.take()
            return ("NOT", self.read_level(_COMPARISON))
        node = self.read_level(level + 1)
        while self.peek() in _LEVELS[level]:
            _, sign = self.take()
            node = ("operate", sign, node, self.read_level(level + 1))
        return node

    def read_one(self) -> Node:
        kind, text = self.take()
        if kind == "number":
            return ("value", float(text) if "." in text else int(text))
        if kind == "text":
            return ("value", text[1:-1].replace('""', '"'))
        if kind == "column":
            table, column = text[:-1].split("[")
            return ("column", table.strip("'"), column)
        if kind == "measure":
            return ("measure", text[1:-1])
        if kind == "table":
            return ("name", text.strip("'"))
        if text == "(":
            node = self.read_level(0)
            self.take(")")
            return node
        if self.peek() == "(" and kind == "name":
            return ("call", text, self.read_arguments())
        return ("name", text)

    def read_arguments(self) -> list[Node]:
        self.take("(")
        arguments = []
        while self.peek() != ")":
            arguments.append(self.read_expression())
            if self.peek() != ")":
                self.take(",")
        self.take(")")
        return arguments
