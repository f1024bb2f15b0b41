from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.jobs.import_history.importing import Importer
from tests.postgres import Server

MakeImporter = Callable[[], Importer]


@pytest.fixture
def make_importer(
    postgres_server: Server, template_database: str, tmp_path: Path
) -> Iterator[MakeImporter]:
    """Make machines, each with a database of its own."""
    with ExitStack() as stack:
        yield lambda: Importer(
            stack.enter_context(postgres_server.lend_database(template_database)),
            tmp_path / "home",
        )


@pytest.fixture
def importer(make_importer: MakeImporter) -> Importer:
    return make_importer()
