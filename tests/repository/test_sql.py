"""Every SQL object says what it is and what one row of it stands for."""

import ast
import re
from pathlib import Path

import pytest

from tests.repository.project import PROJECT_DIR, find_files, find_modules, parse, read, show

#: The folder decides.
SCHEMAS = {"tables": "warehouse", "views": "bi", "part": "part"}
SCHEMA_FILE = PROJECT_DIR / "sql/tables/schemas.sql"
OBJECTS = [*find_files("*.sql", "sql/tables"), *find_files("*.sql", "sql/views")]
OBJECTS = [path for path in OBJECTS if path != SCHEMA_FILE]
STATEMENTS = [*find_files("*.sql", "sql/load"), *find_files("*.sql", "sql/read")]
BENCHMARKS = {path.stem for path in find_files("*.py", "benchmarks")}
PARTS = find_files("*.sql", "sql/views/part")
#: Whoever asks, in SQL or around it. Jobs do not ask: what they add up, they add up by the
#: parts' own rules, so sql/load may read them.
QUERIES = [
    path
    for path in [
        *find_files("*.sql"),
        *find_modules(),
        *find_files("*.py", "benchmarks"),
        *find_files("*.tmdl", "powerbi"),
        *find_files("README.md"),
        *find_files("*.md", "docs"),
    ]
    if not {"tables", "views", "load", "versions", "decisions"} & set(show(path).split("/"))
]
VIEW = re.compile(r"\b(?:from|join)\s+((?:bi|part)\.\w+)")
COMMENT = re.compile(
    r"comment\s+on\s+(?:table|view|materialized\s+view)\s+(?P<name>[\w.]+)\s+is\s+"
    r"(?P<text>(?:'(?:[^']|'')*'\s*)+);"
)


def read_banner(path: Path) -> list[str]:
    """Return the lines of the comment that a file starts with, without its dashes."""
    banner = []
    for line in read(path).splitlines():
        if not line.startswith("--"):
            break
        banner.append(line.lstrip("-").strip())
    return [line for line in banner if line]


def read_comment(path: Path) -> str:
    """Return the text of ``comment on`` for the file's own object, on one line."""
    name = f"{SCHEMAS[path.parent.name]}.{path.stem}"
    for comment in COMMENT.finditer(read(path)):
        if comment["name"] == name:
            parts = re.findall(r"'((?:[^']|'')*)'", comment["text"])
            return " ".join("".join(parts).replace("''", "'").split())
    return ""


def find_grain(text: str) -> str:
    """Return the sentence that states the grain, or nothing."""
    sentence = re.search(r"Grain: one row per [^.]+\.", text)
    return sentence[0] if sentence else ""


@pytest.mark.parametrize("path", OBJECTS, ids=show)
def test_object_starts_with_its_name_and_grain(path: Path) -> None:
    banner = read_banner(path)
    assert banner, "no banner"
    assert f"{SCHEMAS[path.parent.name]}.{path.stem}" in banner[0].split()
    assert find_grain(" ".join(banner)), "the banner lacks 'Grain: one row per ….'"


@pytest.mark.parametrize("path", OBJECTS, ids=show)
def test_database_states_the_same_grain(path: Path) -> None:
    assert find_grain(read_comment(path)) == find_grain(" ".join(read_banner(path)))


@pytest.mark.parametrize("path", STATEMENTS, ids=show)
def test_statement_starts_with_what_it_does(path: Path) -> None:
    banner = read_banner(path)
    assert banner, "no banner"
    assert len(banner[0].split()) > 3, "the banner says too little"


@pytest.mark.parametrize("path", STATEMENTS, ids=show)
def test_trick_for_the_planner_names_the_benchmark_that_measures_it(path: Path) -> None:
    statements = re.sub(r"--.*", "", read(path))
    if re.search(r"\banalyze\b|\bas (not )?materialized\b|'enable_|\boffset 0\b", statements):
        comments = " ".join(re.findall(r"--(.*)", read(path)))
        named = set(re.findall(r"\bbenchmark\s+(\w+)", comments, re.IGNORECASE))
        assert named
        assert named <= BENCHMARKS


def test_every_question_is_asked_by_somebody() -> None:
    said = {
        node.value
        for path in find_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant)
    }
    questions = find_files("*.sql", "sql/read")
    asked = {path for path in questions if {path.stem, f"{path.parent.name}/{path.stem}"} & said}
    assert [show(path) for path in questions if path not in asked] == []


#: Whom the API shows what: its statements ask these, so that nobody learns what another heard.
GUARDS = {"is_alone", "known_album", "known_artist", "known_track", "meant_album"}


@pytest.mark.parametrize("path", PARTS, ids=show)
def test_part_is_read_by_a_view_or_a_flow_and_asked_by_nobody(path: Path) -> None:
    if path.stem in GUARDS:
        return
    readers = [*find_files("*.sql", "sql/views"), *find_files("*.sql", "sql/load")]
    assert any(
        f"part.{path.stem}" in VIEW.findall(read(reader)) for reader in readers if reader != path
    )
    named = re.compile(rf"\bpart\.{path.stem}\b")
    assert [show(query) for query in QUERIES if named.search(read(query))] == []


def test_every_view_that_is_read_has_a_file() -> None:
    files = {f"{SCHEMAS[path.parent.name]}.{path.stem}" for path in OBJECTS}
    for path in [*OBJECTS, *STATEMENTS, *QUERIES]:
        assert set(VIEW.findall(read(path))) <= files, show(path)


@pytest.mark.parametrize("schema", SCHEMAS.values())
def test_schema_says_what_it_holds(schema: str) -> None:
    assert schema in read_banner(SCHEMA_FILE)[0]
    assert f"comment on schema {schema} is" in read(SCHEMA_FILE)


def test_there_are_tables_views_and_statements() -> None:
    assert {path.parent.name for path in OBJECTS} == SCHEMAS.keys()
    assert STATEMENTS
