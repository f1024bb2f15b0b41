"""Everything that can be typed after ``python start.py``: the one table of commands.

Standard library only: ``start.py`` reads it before anything is installed.
"""

from __future__ import annotations

import argparse
import ast
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from everheard.rims.plain import to_line
from everheard.rims.typed import IS_WHEEL, START

PROJECT_DIR = Path(__file__).resolve().parent.parent
#: Said of what a wheel does not hold.
NEEDS_CLONE = (
    "needs the whole project, which this installation does not hold:"
    " git clone https://github.com/everheard/everheard"
)
HELP = {"-h", "--help", "help"}
PEOPLE, DEVELOPERS = "requirements.txt", "requirements-dev.txt"


class Command(NamedTuple):
    """What a word does: ``main`` of a module, called with ``before`` and whatever was typed.

    ``requirements`` is what must be installed; a command of machines (a scheduler, Actions)
    is not among those that help lists.
    """

    does: str
    module: str
    before: tuple[str, ...] = ()
    requirements: str = PEOPLE
    is_for_machines: bool = False


#: What can be typed. A new command is a line here, a module, and a word in the documentation.
COMMANDS = {
    "adopt": Command("take in what another ledger holds: adopt WHAT", "cli.adopt"),
    "authorize": Command("sign in at Spotify (or renew it)", "cli.authorize"),
    "backup": Command("put the whole ledger into one file: backup FILE", "jobs.backup"),
    "benchmark": Command(
        "measure: benchmark NAME (alone: a list)", "benchmarks.__main__", requirements=DEVELOPERS
    ),
    "dashboard": Command("build the page, open it", "jobs.publish_dashboard", ("--open",)),
    "demo": Command("see it all work: no account, no database", "cli.demo"),
    "doctor": Command("check everything, and name each cure", "cli.doctor"),
    "exclude": Command("leave plays out of every sum", "cli.exclude"),
    "export": Command("bring the ledger out as files: export sqlite:FILE", "jobs.export"),
    "forget": Command("delete all that is kept of a listener", "cli.forget"),
    "import": Command("bring in a privacy export: FILE...", "cli.import_files"),
    "job": Command("run one job now: job NAME (job alone lists them)", "cli.job"),
    "listener": Command("show the listeners, change a name or time zone", "cli.listener"),
    "migrate": Command("bring the database up to date: migrate upgrade", "migrate.__main__"),
    "move": Command("move the ledger to another database, and compare", "cli.move"),
    "playing": Command("show what plays right now, one line, renewed", "cli.playing"),
    "powerbi": Command("open the Power BI project on your ledger", "cli.powerbi"),
    "psql": Command("open your ledger in PostgreSQL's own terminal", "cli.psql"),
    "rate": Command("rate an album: rate TITLE 95", "cli.rate"),
    "report": Command("today so far, and yesterday", "jobs.daily_report"),
    "restore": Command("bring a backup into an empty database", "cli.restore"),
    "schedule": Command("make this machine a runner: on, off, status, reset", "cli.schedule"),
    "serve": Command("serve the API and the live dashboard on this machine", "cli.serve"),
    "setup": Command("from nothing to the first plays", "cli.setup"),
    "stop": Command("stop the embedded database", "cli.stop"),
    "test": Command("run the test suite", "cli.test", requirements=DEVELOPERS),
    "undo": Command("take back an import, a rating, a release, a rule", "cli.undo"),
    "token": Command("make, list or revoke tokens of the API", "cli.token"),
    "tick": Command("run what this machine's schedule asks for", "cli.tick", is_for_machines=True),
    "exit-policy": Command(
        "say whether a job's end turns a run of Actions red",
        "cli.github.exit_policy",
        is_for_machines=True,
    ),
    "issues": Command(
        "open or close the issues at GitHub", "cli.github.issues", is_for_machines=True
    ),
}


class Typed(NamedTuple):
    """What the words come to: a command, or something to say instead of running one."""

    command: Command | None
    said: str = ""
    is_wrong: bool = False


def understand(words: list[str]) -> Typed:
    """Return the command that was typed, or the help that answers a wrong word or a question."""
    name, rest = (words[0], words[1:]) if words else ("--help", [])
    known = {one: command.does for one, command in COMMANDS.items() if is_listed(command)}
    if name in HELP:
        return Typed(None, describe("COMMAND", known))
    if name not in COMMANDS:
        return Typed(None, refuse("command", name, "COMMAND", known), is_wrong=True)
    if name == "job":
        return _understand_job(rest)
    if IS_WHEEL and COMMANDS[name].requirements == DEVELOPERS:
        return Typed(None, f"{START} {name} {NEEDS_CLONE}", is_wrong=True)
    return Typed(COMMANDS[name])


def is_listed(command: Command) -> bool:
    """Say whether help names a command: one for people, of which everything is here."""
    return not command.is_for_machines and not (IS_WHEEL and command.requirements == DEVELOPERS)


def _understand_job(rest: list[str]) -> Typed:
    jobs = read_jobs()
    name = rest[0] if rest else ""
    if name in HELP:
        return Typed(None, describe("job NAME", jobs))
    if name not in jobs:
        return Typed(None, refuse("job", name, "job NAME", jobs), is_wrong=True)
    return Typed(COMMANDS["job"])


def describe(usage: str, rows: Mapping[str, str]) -> str:
    """Return the help: what to type, and a line for each word that fits."""
    lines = [f"{START} {usage}, where {usage.split()[-1]} is one of", ""]
    lines += [f"  {name:<18} {does}" for name, does in rows.items()]
    return "\n".join([*lines, "", "With --help after it, each of them says more."])


def refuse(kind: str, word: str, usage: str, known: Mapping[str, str]) -> str:
    """Return the help for a word that does not exist, with the nearest one that does."""
    if not word:
        return describe(usage, known)
    near = difflib.get_close_matches(word, known, n=1)
    question = f" Did you mean '{near[0]}'?" if near else ""
    return f"There is no {kind} '{to_line(word)}'.{question}\n\n{describe(usage, known)}"


def read_jobs() -> dict[str, str]:
    """Return job -> first line of its docstring, without importing any."""
    paths = sorted((PROJECT_DIR / "jobs").glob("[!_]*.py"))
    trees = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    return {job: (ast.get_docstring(tree) or "").partition("\n")[0] for job, tree in trees.items()}


def make_parser(name: str, description: str | None = None) -> argparse.ArgumentParser:
    """Return a parser whose help begins with what is typed here."""
    return argparse.ArgumentParser(
        prog=f"{START} {name}", description=description or COMMANDS[name].does
    )
