"""Commands as people type them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from psycopg2.extensions import connection as Connection

from cli import __main__ as commands

Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def type_command(
    connection: Connection,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Type:
    """Type words after ``python start.py``; return the exit code and what was said."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*words: str) -> tuple[int, str, str]:
        code = commands.main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
