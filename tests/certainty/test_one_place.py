"""Nothing but the views and the module of words decides how sure a number is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from everheard.config import PROJECT_DIR

#: The one module that turns the words of the views into signs and sentences.
WORDS = PROJECT_DIR / "everheard" / "report" / "words.py"
VIEW_WORDS = {
    "exact", "about", "at least", "not fully seen", "not seen",
    "complete", "unknown", "whole", "part", "none", "open", "closed",
}  # fmt: skip
#: What only views know: whether gaps are open, what was seen, how it adds up.
DECIDING = {"open_gap_count", "is_fully_seen", "count_gaps", "find_gaps"}
MODULES = sorted(
    path
    for room in ("dashboard", "api", "everheard/report")
    for path in (PROJECT_DIR / room).rglob("*.py")
    if path != WORDS
)
TEMPLATES = sorted((PROJECT_DIR / "dashboard" / "templates").glob("*.html"))


def find_decisions(tree: ast.AST) -> Iterator[str]:
    """Yield where code compares a word of the views, weighs gaps, or makes up a word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            said = {one.value for one in sides if isinstance(one, ast.Constant)}
            words = {one for one in said if isinstance(one, str)} & VIEW_WORDS
            if words:
                yield f"line {node.lineno} compares {sorted(words)}"
        if isinstance(node, ast.Attribute) and node.attr in DECIDING:
            yield f"line {node.lineno} asks for {node.attr}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv):
            names = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
            if names & {"ms_measured", "ms_estimated"} and names & {"ms_listened", "ms"}:
                yield f"line {node.lineno} forms a share of what was measured"
        if (
            isinstance(node, ast.keyword)
            and node.arg in {"certainty", "count_certainty"}
            and isinstance(node.value, ast.Constant)
        ):
            yield f"line {node.value.lineno} makes up a word"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PROJECT_DIR)))
def test_module_shows_the_words_and_works_none_out(path: Path) -> None:
    assert list(find_decisions(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_shows_the_words_and_works_none_out(path: Path) -> None:
    asked = re.findall(r"{%\s*(?:el)?if ([^%]*)%}", path.read_text(encoding="utf-8"))
    words = "|".join(sorted(VIEW_WORDS - {"part", "none"}))
    decided = [one for one in asked if re.search(rf"[\"'](?:{words}|broken|double)[\"']", one)]
    assert decided == []


@pytest.mark.parametrize(
    "code",
    [
        "if day.status != 'complete': pass",
        "word = 'at least ' if year.open_gap_count else ''",
        "share = total.ms_measured / total.ms_listened",
        "Total(1, 2, 0, certainty='exact', count_certainty='exact')",
    ],
)
def test_code_that_decides_for_itself_is_found(code: str) -> None:
    assert list(find_decisions(ast.parse(code)))
