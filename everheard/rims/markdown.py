"""Markdown as GitHub shows it: step summaries, issues, the daily report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import unescape
from pathlib import Path

from everheard.rims.plain import clean, to_line
from everheard.rims.secrets import hide_secrets

_SPECIAL = re.compile(r"[\\`*\[\]<>&|~]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "`": "&#96;"}
#: An address of a person or of an issue would call them: an empty comment parts it.
_CALL = re.compile(r"@(?=\w)|#(?=\d)|(?<=\w):(?=//)")
_CODE = re.compile(r"(`[^`]+`)")
#: Of a heading, and of what is bold.
_SIGNS = re.compile(r"^#+ |(?<!\\)\*\*")
_LIST_OR_HEAD = re.compile(r"^(\s*)([#>+=-]+|\d+[.)])")


def escape(text: object) -> str:
    """Return a name as it is to be read, in a line of Markdown."""
    told = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), to_line(text))
    told = _CALL.sub(lambda found: found[0] + "<!-- -->", told)
    return _LIST_OR_HEAD.sub(r"\1\\\2", told)


def say(text: str) -> str:
    """Return a sentence of ours in one line: its code stays, names in it do nothing."""
    parts = _CODE.split(to_line(text).replace("``", "&#96;&#96;"))
    return "".join(
        part if number % 2 else "".join(map(_escape_outside, re.split(r"(https://[\w./-]+)", part)))
        for number, part in enumerate(parts)
    ).replace("&amp;#96;", "&#96;")


def _escape_outside(part: str) -> str:
    return part if part.startswith("https://") else escape(part)


def fence(lines: Iterable[str]) -> list[str]:
    """Return lines as they are, in a block that none of them can end."""
    told = [to_line(line) for line in lines]
    longest = max((len(run) for line in told for run in re.findall("`+", line)), default=0)
    mark = "`" * max(3, longest + 1)
    return [mark, *told, mark]


def to_plain(text: str) -> str:
    """Return Markdown of ours as a terminal shows text: without its signs, names as they are."""
    lines, mark = [], ""
    for line in text.split("\n"):
        if line.startswith("```") and mark in ("", line):
            mark = "" if mark else line
        elif mark:
            lines.append(line)
        else:
            said = _SIGNS.sub("", line).replace("<!-- -->", "")
            lines.append(re.sub(r"\\(_|[^\w\s])", r"\1", unescape(said)))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def add_to_summary(path: Path, lines: Sequence[str]) -> None:
    """Add lines to the file of GITHUB_STEP_SUMMARY, which may be public."""
    with path.open("a", encoding="utf-8") as file:
        file.write(clean(hide_secrets("\n".join(lines))))
