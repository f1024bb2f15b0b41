"""Things that must not get into the project, found by their words."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.repository.project import PROJECT_DIR, find_files, find_modules, parse, read, show

TEXT = {".cfg", ".css", ".html", ".ini", ".js", ".json", ".md", ".py", ".sh", ".sql", ".toml"}
TEXT |= {".txt", ".yaml", ".yml", ".service", ".timer", ".tmdl", ""}
FORBIDDEN = {
    "a test that is not run": r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b",
    "work left for later": r"\b(TODO|FIXME|XXX|HACK)\b",
    "a folder of one machine": r"(?<![\w.~:}/])/(work|shared|home/\w+|Users/\w+|root)/\w",
    "a folder of one Windows machine": r"[A-Z]:\\\\?Users\\\\?\w",
    "a package index of one machine": r"--(extra-)?index-url|--trusted-host|--find-links|/simple/",
}
#: Words that once named something here, and what is said instead (docs/glossary.md).
DEAD_WORDS = {
    r"books|bookkeeping": "operations for the etl_ tables, ledger for the whole",
    r"outlook": "warnings",
    r"seal(s|ed|ing)?|unseal(s|ed)?": "encrypt, decrypt",
    r"desk": "local access, or the machine itself",
    r"read_memory|notices_of\w*": "answers, reminders",
    r"looked_at|(first|last|next|between two) looks?": "poll, polled_at",
    r"last_heard_at\w*": "last_contact_at or last_played_at, which are not the same",
    r"exports? (rows?|files?)|_?EXPORT_\w+|write_export|(an|the) export knows": "history",
    r"describe_genres|open_catalogue": "enrich",
    r"the warehouse": "ledger; the schema is called warehouse, the layer is not",
}
#: Revisions speak as in their day, and only a revision can change the comment of a table.
OLD_TEXTS = ("CHANGELOG.md", "migrate/versions/", "sql/tables/", "tests/")
SPOKEN = {".css", ".html", ".js", ".md", ".py", ".sh", ".sql", ".toml", ".yaml", ".yml"}
BARE_NAMES = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
EMPTY_VERBS = ("process_", "handle_", "manage_", "do_")
LONGEST_FUNCTION, LONGEST_MODULE, LONGEST_JOB = 40, 300, 200


def find_texts() -> list[Path]:
    this = Path(__file__)
    return [path for path in find_files("*") if path.suffix in TEXT and path != this]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_project_is_free_of(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE)
    found = [
        f"{show(path)}:{number} {line.strip()}"
        for path in find_texts()
        for number, line in enumerate(read(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_no_module_is_named_after_nothing() -> None:
    parts = {part for path in find_files("*.py") for part in Path(show(path)).with_suffix("").parts}
    assert parts & BARE_NAMES == set()


@pytest.mark.parametrize("word", DEAD_WORDS)
def test_no_dead_word_comes_back(word: str) -> None:
    pattern = re.compile(rf"\b({word})\b", re.IGNORECASE)
    found = [
        f"{show(path)}:{number} {line.strip()}"
        for path in find_texts()
        if path.suffix in SPOKEN and not show(path).startswith(OLD_TEXTS)
        for number, line in enumerate(read(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == [], f"say instead: {DEAD_WORDS[word]}"


def find_functions() -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (path, node)
        for path in find_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef)
    ]


def test_no_function_is_named_after_nothing() -> None:
    # do_GET and its kin are named by http.server, handle_read by waitress.
    names = {
        f"{show(path)}: {node.name}"
        for path, node in find_functions()
        if node.name.lstrip("_").startswith(EMPTY_VERBS)
        and not node.name[3:].isupper()
        and node.name != "handle_read"
    }
    assert names == set()


def test_no_class_name_is_defined_twice() -> None:
    places = defaultdict(list)
    for path in find_files("*.py"):
        if not show(path).startswith("tests/"):
            for node in ast.walk(parse(path)):
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(f"{show(path)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_functions_and_modules_stay_short() -> None:
    long_functions = {
        f"{show(path)}: {node.name} has {length} lines"
        for path, node in find_functions()
        if (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    long_modules = {
        f"{show(path)} has {length} lines"
        for path in find_modules()
        if (length := len(read(path).splitlines()))
        > (LONGEST_JOB if path.parent.name == "jobs" else LONGEST_MODULE)
    }
    assert long_functions | long_modules == set()


def test_start_is_at_the_root() -> None:
    assert (PROJECT_DIR / "start.py").is_file()
