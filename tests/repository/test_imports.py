"""Imports point one way: jobs, api, migrate and simulator lead to everheard, never back."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions, requires

import pytest
import yaml

from tests.repository.project import (
    PACKAGES,
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

SHARED = {"everheard"} | {
    f"everheard.{name}" for name in ("config", "failure", "lock", "names", "rows", "seal")
}
LAYERS = {
    "everheard.spotify",
    "everheard.transform",
    "everheard.history",
    "everheard.warehouse",
}
AROUND_A_JOB = {"everheard.run", "everheard.sign_in", "everheard.spool"}
FOR_JOBS = {f"everheard.{name}" for name in ("catalogue", "releases", "feed", "genres")}
SET_UP = {f"everheard.{name}" for name in ("env_file", "github", "memory", "minutes", "modules")}
RATINGS = {"everheard.rating_file"}
COMMANDS = {f"everheard.{name}" for name in ("authorize", "demo", "doctor", "judge")}
COMMANDS |= {f"everheard.{name}" for name in ("schedule", "setup", "watch")}
COMMANDS |= {"everheard.exclude", "everheard.rate", "everheard.token_command"}

# Part of the project -> the other parts it may import.
ALLOWED: dict[str, set[str]] = {
    "everheard": set(),
    "everheard.failure": set(),
    "everheard.lock": set(),
    "everheard.names": set(),
    "everheard.rows": set(),
    "everheard.seal": {"everheard.failure"},
    "everheard.config": {"everheard.failure"},
    **dict.fromkeys(LAYERS, SHARED),
    "everheard.heartbeat": SHARED,
    "everheard.step_summary": set(),
    "everheard.run": SHARED
    | {"everheard.warehouse", "everheard.heartbeat", "everheard.step_summary"},
    "everheard.spool": SHARED,
    "everheard.sign_in": SHARED | LAYERS | {"everheard.run", "everheard.spool"},
    "everheard.catalogue": SHARED | LAYERS | AROUND_A_JOB,
    "everheard.releases": SHARED | LAYERS | AROUND_A_JOB | {"everheard.catalogue"},
    "everheard.feed": SHARED | LAYERS,
    "everheard.musicbrainz": SHARED | {"everheard.spotify"},
    "everheard.genres": SHARED | LAYERS | AROUND_A_JOB | {"everheard.musicbrainz"},
    **dict.fromkeys(SET_UP, SHARED),
    "everheard.authorize": SHARED | LAYERS | {"everheard.env_file"},
    "everheard.minutes": SHARED | {"everheard.github"},
    "everheard.schedule": SHARED | SET_UP,
    "everheard.setup": SHARED | LAYERS | SET_UP | {"everheard.authorize", "everheard.schedule"},
    "everheard.doctor": SHARED
    | LAYERS
    | AROUND_A_JOB
    | SET_UP
    | {"everheard.catalogue", "everheard.releases"},
    "everheard.notices": SHARED | {"everheard.warehouse"},
    "everheard.watch": SHARED | LAYERS | SET_UP | {"everheard.doctor", "everheard.notices"},
    "everheard.judge": SHARED | LAYERS | {"everheard.heartbeat"},
    "everheard.rating_file": SHARED | {"everheard.warehouse"},
    "everheard.rate": SHARED | LAYERS | RATINGS,
    "everheard.token_command": SHARED | LAYERS,
    "everheard.exclude": SHARED | LAYERS,
    "everheard.demo": SHARED | LAYERS | AROUND_A_JOB,
    # The reading of the views, and the words for it: what a page or a report is made from.
    "everheard.report": SHARED,
    "dashboard": SHARED | {"everheard.report"},
    "everheard.__main__": SHARED | LAYERS | AROUND_A_JOB | COMMANDS,
    "jobs": SHARED | LAYERS | AROUND_A_JOB | FOR_JOBS | RATINGS | {"everheard.report", "dashboard"},
    "api": SHARED | LAYERS | {"everheard.demo", "everheard.report", "dashboard"},
    "migrate": SHARED | LAYERS,
    "simulator": SHARED | LAYERS,
    "start": set(),
}


def name_part(module: str) -> str:
    """Return the part of the project that a dotted name belongs to."""
    top, _, rest = module.partition(".")
    inner = f"{top}.{rest.partition('.')[0]}"
    return inner if inner in ALLOWED else top


def test_imports_point_one_way() -> None:
    wrong = []
    for path in find_modules():
        here = name_part(name_module(path))
        for imported in read_imports(path):
            there = name_part(imported)
            ours = imported.partition(".")[0] in {*PACKAGES, "start", "tests", "benchmarks"}
            if ours and there != here and there not in ALLOWED[here]:
                wrong.append(f"{show(path)} imports {imported}")
    assert wrong == []


def test_no_job_imports_another_job() -> None:
    imports = {
        f"{show(path)} imports {imported}"
        for path in find_files("*.py", "jobs")
        for imported in read_imports(path)
        if imported.startswith("jobs.")
    }
    assert imports == set()


def test_every_part_of_everheard_has_its_place_in_the_table() -> None:
    parts = {".".join(name_module(path).split(".")[:2]) for path in find_files("*.py", "everheard")}
    assert parts - set(ALLOWED) == set()


def test_start_needs_nothing_but_the_standard_library() -> None:
    imported = {name.partition(".")[0] for name in read_imports(PROJECT_DIR / "start.py")}
    assert imported - sys.stdlib_module_names == set()


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
    givers = {"start.py", "api/__main__.py", "everheard/demo.py", "everheard/modules.py"}
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
    allowed = with_what_they_need(set(read_requirements("requirements-ingest.txt")))
    allowed |= {"chardet", "brotli"}  # requests and urllib3 take them where they find them
    loaded = list_loaded(f"import jobs.{job}") - list_loaded("pass")
    distributions = packages_distributions()
    foreign = {name for name in loaded if name in distributions}
    assert "psycopg2" in foreign
    assert {
        name for name in foreign if not allowed & {fold(owner) for owner in distributions[name]}
    } == set()
