"""Text leaves through the rims: nothing of ours goes round them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.repository.project import find_modules, parse, read, show

RIMS = "everheard/rims/"
#: They print before anything is installed, or nothing but what was typed and simulated.
BEFORE = {"start.py"}
#: Simulators and measurements hold nobody's secrets and no names but invented ones.
INVENTED = ("simulator/", "benchmarks/")


def list_ours() -> list[Path]:
    return [path for path in find_modules() if not show(path).startswith((RIMS, *INVENTED))]


def find_calls(path: Path, *names: str) -> list[str]:
    """Return where one of these is called or handed on, by its dotted name."""
    return [
        f"{show(path)}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in names
    ]


def test_whoever_starts_a_process_of_ours_guards_what_it_prints() -> None:
    """A job, a command, a migration, the runner: each passes ``guard_output``, or ``run_job``."""
    starters = {
        show(path)
        for path in list_ours()
        if '__name__ == "__main__"' in read(path) and show(path) not in BEFORE
    }
    unguarded = {
        name
        for name in starters
        if not re.search(r"\bguard_output\(\)|\brun_job\(JOB", read(path_of(name)))
    }
    assert starters >= {"cli/__main__.py", "migrate/__main__.py", "runner/__main__.py"}
    assert unguarded == set()


def path_of(name: str) -> Path:
    return next(path for path in find_modules() if show(path) == name)


def test_nothing_is_written_past_the_guards() -> None:
    ways = [
        *("sys.__stdout__", "sys.__stderr__", "os.write", "os.writev"),
        *("sys.stdout.buffer", "sys.stderr.buffer", "sys.stdout.fileno", "sys.stderr.fileno"),
        *("logging.basicConfig", "logging.StreamHandler", "logging.FileHandler", "os.system"),
    ]
    assert [found for path in list_ours() for found in find_calls(path, *ways)] == []


def test_print_goes_to_the_streams_that_are_guarded() -> None:
    strange = [
        f"{show(path)}:{node.lineno}"
        for path in list_ours()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
        for keyword in node.keywords
        if keyword.arg == "file" and not re.search(r"sys\.std(out|err)", ast.unparse(keyword.value))
    ]
    assert strange == []


def test_summaries_commands_cells_and_markup_are_written_by_the_rims_alone() -> None:
    """A step summary is opened, a command written, a cell or an entity made in one place."""
    wrong = []
    for path in list_ours():
        text = read(path)
        wrong += [
            f"{show(path)}: {found}"
            for found in re.findall(
                r"step_summary\.open|csv\.writer|DictWriter|to_csv\(|to_excel\("
                r"|from markupsafe import .*escape|f?\"::(?:error|warning|notice)",
                text,
            )
        ]
    assert wrong == []
