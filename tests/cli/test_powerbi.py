"""The copy of the Power BI project that a person opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.powerbi import find_server, hand_over, write_copy
from everheard.failure import ConfigurationError
from migrate.role import ReaderRole


def test_copy_has_server_and_database_filled_in(tmp_path: Path) -> None:
    opened = write_copy(tmp_path / "copy", "db.example:6543", "plays")
    parameters = tmp_path / "copy/Everheard.SemanticModel/definition/expressions.tmdl"

    assert opened.exists()
    assert 'Server = "db.example:6543"' in parameters.read_text(encoding="utf-8")
    assert 'Database = "plays"' in parameters.read_text(encoding="utf-8")


def test_server_is_named_as_power_bi_asks_for_it() -> None:
    assert find_server("postgresql://a:b@db.example:5432/plays?sslmode=require") == (
        "db.example",
        "plays",
    )
    assert find_server("postgresql://a:b@ep-x-pooler.eu.aws.neon.tech/plays")[0] == (
        "ep-x.eu.aws.neon.tech"
    )


@pytest.mark.parametrize("url", ["", "postgresql://a:b@:5432/x?host=/tmp/socket"])
def test_server_that_power_bi_cannot_reach_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="a server it can reach"):
        find_server(url)


@pytest.mark.posix
@pytest.mark.parametrize(("code", "where"), [(0, "from the clipboard"), (1, "the password")])
def test_password_is_shown_where_the_clipboard_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, where: str
) -> None:
    for name in ("xclip", "pbcopy"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ncat > {tmp_path}/clipboard\nexit {code}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert hand_over(ReaderRole("bi_reader", "the password")) == where
    assert (tmp_path / "clipboard").read_text() == "the password"
