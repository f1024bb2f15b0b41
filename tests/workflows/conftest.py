"""Fresh machines for workflows to run on, each with its own checkout of the project."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository.project import find_files, show
from tests.workflows.expressions import Value
from tests.workflows.runner import Runner, clean_environment


@pytest.fixture
def make_runner(tmp_path: Path) -> Callable[..., Runner]:
    """Return a maker of fresh machines, each with its own checkout of the project."""

    def make(name: str, environ: dict[str, str], **contexts: Value) -> Runner:
        machine = tmp_path / name
        workspace = machine / "checkout"
        for path in find_files("*"):
            copy = workspace / show(path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        (machine / "home").mkdir()
        (machine / "steps").mkdir()
        known: dict[str, Value] = {
            "inputs.name": "get_last_50",
            "inputs.commands": "get_last_50\n",
            "inputs.form": "",
            "inputs.requirements": "requirements-ingest.txt",
            "vars.SHOW_NAMES": "",
            "vars.METADATA_CALLS_PER_DAY": "",
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
            machine / "steps",
            known,
            {
                **clean_environment(machine / "home"),
                "GITHUB_EVENT_NAME": str(known["github.event_name"]),
                **environ,
            },
        )

    return make
