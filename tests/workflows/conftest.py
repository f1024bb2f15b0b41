"""Fresh machines for workflows to run on, each with its own checkout of the project."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workflows.expressions import Value
from tests.workflows.runner import Runner, prepare_machine


@pytest.fixture
def make_runner(tmp_path: Path) -> Callable[..., Runner]:
    """Return a maker of fresh machines, each with its own checkout of the project."""

    def make(name: str, environ: dict[str, str], **contexts: Value) -> Runner:
        return prepare_machine(tmp_path / name, environ, **contexts)

    return make
