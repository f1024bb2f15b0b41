"""Imports point down: no room knows one above it or beside it."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions, requires

import pytest
import yaml

from tests.repository.project import (
    PROJECT_DIR,
    find_files,
    find_jobs,
    find_modules,
    name_module,
    parse,
    read,
    read_imports,
    show,
)
from tests.repository.test_requirements import fold, read_requirements

#: The house, from the top floor to the ground. Who stands on one floor does not know the others
#: there; everheard's own modules are the ground.
FLOORS = (
    {"cli", "benchmarks"},
    {"api", "jobs", "runner"},
    {"dashboard", "migrate", "simulator"},
    {"everheard.enrich", "everheard.watcher"},
    {"everheard.run"},
    {"everheard.sources", "everheard.ledger", "everheard.report", "everheard.export"},
    {"everheard.database"},
    {"everheard"},
)
ROOMS = set().union(*FLOORS)
GROUND = {
    "__init__", "addresses", "config", "demo", "encryption", "failure", "files", "lock", "names",
    "pipe", "places", "rows", "workplace", "written", "zones",
}  # fmt: skip


def find_room(module: str) -> str:
    """Return the room that a dotted name belongs to, "" for what is not ours."""
    top, _, rest = module.partition(".")
    inner = f"{top}.{rest.partition('.')[0]}"
    return inner if inner in ROOMS else top if top in ROOMS else ""


def find_floor(room: str) -> int:
    """Return how far a room is above the ground."""
    return next(height for height, rooms in enumerate(reversed(FLOORS)) if room in rooms)


def list_arrows() -> set[tuple[str, str, str, str]]:
    """Return (room, room it imports, file, what it imports) wherever the two differ."""
    return {
        (here, there, show(path), imported)
        for path in [*find_modules(), *find_files("*.py", "benchmarks")]
        if (here := find_room(name_module(path)))
        for imported in read_imports(path)
        if (there := find_room(imported)) and there != here
    }


def test_no_import_leads_up_or_sideways() -> None:
    wrong = [
        f"{file} imports {imported}"
        for here, there, file, imported in list_arrows()
        if find_floor(there) >= find_floor(here)
    ]
    assert wrong == []


def test_no_module_of_ours_is_imported_from_outside_the_house() -> None:
    strangers = {
        f"{show(path)} imports {imported}"
        for path in find_modules()
        for imported in read_imports(path)
        if imported.partition(".")[0] in {"start", "tests"}
    }
    assert strangers == set()


def test_no_modules_import_one_another_in_a_circle() -> None:
    modules = {name_module(path): path for path in find_modules()}
    graph = {
        name: {
            found
            for imported in read_imports(path)
            for found in (imported, imported.rpartition(".")[0])
            if found in modules and found != name
        }
        for name, path in modules.items()
    }
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_nothing_stands_loose_above_the_ground_floor() -> None:
    assert {path.stem for path in (PROJECT_DIR / "everheard").glob("*.py")} == GROUND
    assert len([rooms for rooms in FLOORS if any(room[:9] == "everheard" for room in rooms)]) <= 6


def test_few_arrows_run_between_the_rooms_of_the_engine() -> None:
    arrows = {(here, there) for here, there, *_ in list_arrows() if here.startswith("everheard.")}
    assert len(arrows) <= 22


def test_no_source_knows_another() -> None:
    folders = [path for path in (PROJECT_DIR / "everheard/sources").iterdir() if path.is_dir()]
    wrong = {
        f"{show(path)} imports {imported}"
        for folder in folders
        for path in find_files("*.py", show(folder))
        for imported in read_imports(path)
        for other in folders
        if other != folder and imported.startswith(f"everheard.sources.{other.name}.")
    }
    assert wrong == set()


def test_no_job_imports_another_job() -> None:
    imports = {
        f"{show(path)} imports {imported}"
        for path in find_files("*.py", "jobs")
        for imported in read_imports(path)
        if imported.startswith("jobs.")
    }
    assert imports == set()


#: What start.py reads, itself and all that it imports of ours.
BEFORE_INSTALLING = ("start.py", "cli/__init__.py", "cli/commands.py")
BEFORE_INSTALLING += ("everheard/__init__.py", "everheard/pipe.py")
BEFORE_INSTALLING += ("everheard/rims/__init__.py", "everheard/rims/plain.py")
BEFORE_INSTALLING += ("everheard/rims/typed.py",)


@pytest.mark.parametrize("path", BEFORE_INSTALLING)
def test_what_runs_before_anything_is_installed_needs_the_standard_library_only(path: str) -> None:
    imported = read_imports(PROJECT_DIR / path)
    foreign = {name for name in imported if name.partition(".")[0] not in sys.stdlib_module_names}
    ours = ("cli.commands", "everheard.pipe", "everheard.rims.plain", "everheard.rims.typed")
    assert {name for name in foreign if not name.startswith(ours)} == set()


def reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return (
            isinstance(node.value, ast.Name)
            and node.value.id == "os"
            and node.attr in {"environ", "environb", "getenv"}
        )
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "os"
        and any(alias.name in {"environ", "environb", "getenv"} for alias in node.names)
    )


def test_only_config_reads_the_environment() -> None:
    readers = {
        show(path)
        for path in find_modules()
        for node in ast.walk(parse(path))
        if reads_environment(node)
    }
    # These read nothing from it: they hand it on to the processes they start.
    givers = {
        "cli/demo.py",
        "cli/from_wheel.py",
        "cli/psql.py",
        "cli/tick.py",
        "everheard/database/embedded/cluster.py",
        "everheard/database/own_tables.py",
        "runner/keep_going.py",
        "start.py",
    }
    assert readers - givers == {"everheard/config.py"}


def find_ingest_jobs() -> list[str]:
    """Return the jobs that Actions runs with nothing but requirements-ingest.txt."""
    calls = [
        str(call["with"]["commands"])
        for path in find_files("*.yml", ".github/workflows")
        for call in yaml.safe_load(read(path))["jobs"].values()
        if str(call.get("uses")).endswith("run_job.yml") and "requirements" not in call["with"]
    ]
    named = {word for commands in calls for word in re.findall(r"\w+", commands)}
    return sorted(named & set(find_jobs()))


def list_loaded(statement: str) -> set[str]:
    """Return what a fresh Python has loaded after a statement, by first name."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}; import sys; print(*sys.modules)"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def with_what_they_need(names: set[str]) -> set[str]:
    """Return distributions and all that they require themselves, extras left out."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        for line in requires(name) or []:
            if "extra ==" not in line:
                waiting |= {fold(re.split(r"[^\w.-]", line)[0])} - found
    return found


@pytest.mark.parametrize("job", find_ingest_jobs())
def test_ingest_job_starts_with_nothing_but_its_requirements(job: str) -> None:
    allowed = with_what_they_need(set(read_requirements("requirements-ingest.in")))
    allowed |= {"chardet", "brotli"}  # requests and urllib3 take them where they find them
    loaded = list_loaded(f"import jobs.{job}") - list_loaded("pass")
    distributions = packages_distributions()
    foreign = {name for name in loaded if name in distributions}
    assert "psycopg2" in foreign
    assert {
        name for name in foreign if not allowed & {fold(owner) for owner in distributions[name]}
    } == set()
