"""Stand in for GitHub's runner: run the steps of a job, one after the other, under bash.

Steps with ``run:`` are executed as printed, in a clean environment with the
``GITHUB_*`` files. Steps with ``uses:`` are only noted, conditions included: what the
actions do (a checkout, an interpreter on PATH, a cache) the caller has prepared.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.repository.project import find_files, show
from tests.workflows.expressions import Value, evaluate, fill

SHELLS = {
    "bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"],
    "python": ["python"],
}


@dataclass
class Run:
    """What is left of a run: how each step ended, and what it wrote where."""

    outcomes: dict[str, str] = field(default_factory=dict)
    exit_code: int = 0
    log: str = ""
    summary: str = ""

    @property
    def masks(self) -> list[str]:
        lines = self.log.splitlines()
        return [line.removeprefix("::add-mask::") for line in lines if "::add-mask::" in line]


@dataclass
class Runner:
    """One machine with a workspace, what GitHub knows of the run, and an environment."""

    workspace: Path
    temporary: Path
    contexts: dict[str, Value]
    environ: dict[str, str]

    def run(self, job: Mapping[str, Any]) -> Run:
        """Run a job's steps as GitHub does: after a failure, only those that say so."""
        run = Run()
        contexts = dict(self.contexts)
        self._add_env(contexts, job.get("env", {}))
        self._run_steps(job["steps"], contexts, run, "")
        return run

    def _run_steps(
        self, steps: list[Mapping[str, Any]], contexts: dict[str, Value], run: Run, prefix: str
    ) -> None:
        for number, step in enumerate(steps):
            outcome = "skipped"
            if self._is_due(step, contexts, failed=run.exit_code != 0):
                outcome = self._take(step, contexts, run, self.temporary / f"{prefix}{number}")
            run.outcomes[step["name"]] = outcome
            contexts[f"steps.{step.get('id', number)}.outcome"] = outcome

    def _run_action(
        self, step: Mapping[str, Any], contexts: Mapping[str, Value], run: Run, prefix: str
    ) -> str:
        """Run the steps of an action of our own; it sees its inputs and no secret beside them."""
        folder = self.workspace / step["uses"].removeprefix("$/")
        action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
        given = {
            name: fill(value, contexts, self._functions()) for name, value in step["with"].items()
        }
        assert given.keys() <= action["inputs"].keys()
        inner = {
            name: value
            for name, value in contexts.items()
            if not name.startswith(("inputs.", "secrets.", "steps."))
        }
        for name, about in action["inputs"].items():
            assert name in given or not about.get("required")
            inner[f"inputs.{name}"] = given.get(name, about.get("default", ""))
        before = run.exit_code
        self._run_steps(action["runs"]["steps"], inner, run, prefix)
        return "failure" if run.exit_code != before else "success"

    def _is_due(
        self, step: Mapping[str, Any], contexts: Mapping[str, Value], *, failed: bool
    ) -> bool:
        condition = step.get("if", "success()")
        if failed and "always()" not in condition:
            return False
        return bool(evaluate(condition, contexts, self._functions()))

    def _take(
        self, step: Mapping[str, Any], contexts: dict[str, Value], run: Run, files: Path
    ) -> str:
        """Execute one step and return its outcome; its outputs go into the contexts."""
        step_contexts = dict(contexts)
        self._add_env(step_contexts, step.get("env", {}))
        for value in step.get("with", {}).values():
            fill(value, step_contexts, self._functions())
        if step.get("uses", "").startswith("$/"):
            return self._run_action(step, step_contexts, run, f"{files.name}-")
        if "run" not in step:
            return "success"
        files.mkdir()
        written = {name: files / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in written.values():
            path.touch()
        exit_code = self._execute(step, step_contexts, written, files / "script", run)
        for line in written["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            contexts[f"steps.{step['id']}.outputs.{name}"] = value
        run.summary += written["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        run.exit_code = run.exit_code or exit_code
        return "failure" if exit_code else "success"

    def _execute(
        self,
        step: Mapping[str, Any],
        contexts: Mapping[str, Value],
        written: Mapping[str, Path],
        script: Path,
        run: Run,
    ) -> int:
        script.write_text(step["run"], encoding="utf-8")
        settings = {
            name.removeprefix("env."): str(value)
            for name, value in contexts.items()
            if name.startswith("env.")
        }
        done = subprocess.run(
            [*SHELLS[step.get("shell", "bash")], str(script)],
            cwd=self.workspace,
            env={**self.environ, **settings, **{name: str(path) for name, path in written.items()}},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        run.log += f"## {step['name']}\n{done.stdout}"
        return done.returncode

    def _add_env(self, contexts: dict[str, Value], env: Mapping[str, Value]) -> None:
        filled = {name: fill(value, contexts, self._functions()) for name, value in env.items()}
        contexts.update({f"env.{name}": value for name, value in filled.items()})

    def _functions(self) -> dict[str, Callable[..., Value]]:
        return {
            "always": lambda: True,
            "success": lambda: True,  # asked only when no step has failed
            "toJSON": lambda value: json.dumps(value),
            "hashFiles": self.hash_files,
        }

    def hash_files(self, pattern: str) -> str:
        """Return a hash of the files a pattern finds, hidden ones too, or nothing."""
        files = sorted(path for path in self.workspace.glob(f"{pattern}/*") if path.is_file())
        digests = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)
        return hashlib.sha256(digests).hexdigest() if files else ""


def prepare_machine(folder: Path, environ: Mapping[str, str], **contexts: Value) -> Runner:
    """Make a fresh machine with a checkout; ``a__b`` is what GitHub knows as ``a.b``."""
    workspace = folder / "checkout"
    for path in find_files("*"):
        copy = workspace / show(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    (folder / "home").mkdir()
    (folder / "steps").mkdir()
    known: dict[str, Value] = {
        "inputs.name": "get_last_50",
        "inputs.commands": "get_last_50\n",
        "inputs.requirements": "requirements-ingest.txt",
        "vars.SHOW_NAMES": "",
        "vars.METADATA_CALLS_PER_DAY": "",
        "vars.MUSICBRAINZ_CALLS_PER_DAY": "",
        "vars.FEED_PATH": "",
        "vars.EVERHEARD_RUNNER": "",
        "secrets.HEALTHCHECK_URL": "",
        "github.token": "token-of-the-run",
        "github.event_name": "schedule",
        "github.ref_name": "main",
        "github.event.repository.default_branch": "",  # a schedule is not told
        "github.run_id": 1,
        "github.run_attempt": 1,
        "vars.LISTENER_TIMEZONE": "Europe/Berlin",
        **{key.replace("__", "."): value for key, value in contexts.items()},
    }
    return Runner(
        workspace,
        folder / "steps",
        known,
        {
            **clean_environment(folder / "home"),
            "GITHUB_EVENT_NAME": str(known["github.event_name"]),
            **environ,
        },
    )


def clean_environment(home: Path) -> dict[str, str]:
    """Return the environment of a fresh machine on which the tests' own Python is active.

    That is what the step "Set up Python" leaves behind: a virtual environment with uv
    beside it. uv is kept off the network: what is to be installed is there.
    """
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "UV_OFFLINE": "1",
        "VIRTUAL_ENV": sys.prefix,
    }
