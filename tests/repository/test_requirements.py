"""What is installed is pinned, declared and no more than needed."""

import re
import sys
from importlib.metadata import packages_distributions
from itertools import pairwise

import pytest

from tests.repository.project import (
    PACKAGES,
    find_files,
    find_modules,
    read,
    read_imports,
    show,
)

LINE = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[0-9][0-9A-Za-z.]*)(\s*;\s*.+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
OURS = {*PACKAGES, "start", "tests", "benchmarks"}
#: Each asks for all that the one before it asks for.
NAMES = ("requirements-ingest", "requirements-migrate", "requirements", "requirements-dev")


def read_requirements(file_name: str) -> dict[str, list[str]]:
    """Return name -> versions of what is asked for, by the files that it includes, too.

    Several: one for each kind of machine.
    """
    found: dict[str, list[str]] = {}
    for line in read(file_name).splitlines():
        if line.startswith("-r "):
            found |= read_requirements(line.removeprefix("-r ").strip())
        elif line.strip() and not line.startswith("#"):
            pinned = LINE.fullmatch(line.strip())
            assert pinned, f"{file_name}: {line!r} is not pinned as NAME==VERSION"
            found.setdefault(fold(pinned["name"]), []).append(pinned["version"])
    return found


def read_locked(file_name: str) -> dict[str, list[str]]:
    """Return name -> versions of a locked file; each is pinned, and has hashes."""
    found: dict[str, list[str]] = {}
    for entry in read(file_name).replace(" \\\n", " ").splitlines():
        asked, *hashes = re.split(r"\s+(?=--hash)", entry.strip())
        pinned = LINE.fullmatch(asked)
        assert pinned, f"{file_name}: {asked!r}"
        assert hashes, f"{file_name}: {asked} has no hash"
        assert all(HASH.fullmatch(one) for one in hashes), f"{file_name}: {asked}"
        found.setdefault(fold(pinned["name"]), []).append(pinned["version"])
    return found


def fold(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def find_undeclared(paths: list, declared: dict[str, list[str]]) -> set[str]:
    """Return the imports whose distribution the requirements do not name."""
    distributions = packages_distributions()
    undeclared = set()
    for path in paths:
        for name in {imported.partition(".")[0] for imported in read_imports(path)}:
            if name in sys.stdlib_module_names or name in OURS:
                continue
            if not declared.keys() & {fold(owner) for owner in distributions.get(name, [])}:
                undeclared.add(f"{show(path)} imports {name}")
    return undeclared


def test_ingest_is_a_subset_of_what_a_person_installs() -> None:
    ingest, everything = (
        read_requirements("requirements-ingest.in"),
        read_requirements("requirements.in"),
    )
    assert ingest.items() <= everything.items()
    assert not ingest.keys() & {"duckdb", "pandas", "altair", "flask", "sqlalchemy", "alembic"}


def test_each_requirement_is_pinned_in_one_file() -> None:
    names = [
        name
        for path in find_files("requirements*.in")
        for name in {
            fold(line.partition("==")[0])
            for line in read(path).splitlines()
            if line.strip() and not line.startswith(("-r ", "#"))
        }
    ]
    assert names
    assert sorted(names) == sorted(set(names))


def test_what_runs_imports_only_what_is_required() -> None:
    assert find_undeclared(find_modules(), read_requirements("requirements.in")) == set()


def test_tests_and_benchmarks_import_only_what_is_required() -> None:
    paths = [*find_files("*.py", "tests"), *find_files("*.py", "benchmarks")]
    assert find_undeclared(paths, read_requirements("requirements-dev.in")) == set()


@pytest.mark.parametrize("name", NAMES)
def test_locked_file_holds_what_is_asked_for(name: str) -> None:
    """CONTRIBUTING.md says how they are made; a version that was changed in one alone is found."""
    locked = read_locked(f"{name}.txt")
    asked = read_requirements(f"{name}.in")
    assert {one: sorted(locked.get(one, [])) for one in asked} == {
        one: sorted(versions) for one, versions in asked.items()
    }


@pytest.mark.parametrize(("smaller", "larger"), list(pairwise(NAMES)))
def test_locked_files_agree(smaller: str, larger: str) -> None:
    assert read_locked(f"{smaller}.txt").items() <= read_locked(f"{larger}.txt").items()


@pytest.mark.parametrize("path", ["start.py", "pi/install.sh", ".github/actions/set-up/action.yml"])
def test_what_installs_wants_hashes(path: str) -> None:
    assert "--require-hashes" in read(path)
