"""What ``python start.py serve`` does before it serves."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from psycopg2.extensions import connection as Connection

from cli import demo
from cli.serve import find_ledger, rank
from everheard.config import Settings
from everheard.failure import SchemaMismatch


def test_ranks_are_there_before_anybody_asks(
    client: FlaskClient, ledger: Connection, settings: Settings
) -> None:
    rank(settings)
    assert client.get("/").json["ranked_at"] is not None
    assert len(client.get("/rankings/history?method=plays").json) == 2


def test_named_database_is_served_and_nothing_else(settings: Settings) -> None:
    assert find_ledger(settings) == (settings, False)


def test_database_without_tables_is_not_served(settings: Settings, empty_database_url: str) -> None:
    with pytest.raises(SchemaMismatch, match="migrate upgrade"):
        find_ledger(dataclasses.replace(settings, database_url=empty_database_url))


def test_without_a_ledger_the_demo_is_run_and_its_ledger_served(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr(demo, "run_demo", lambda: ran.append(True))
    served, is_demo = find_ledger(dataclasses.replace(settings, database_url="", home=tmp_path))
    assert (served.home, is_demo) == (tmp_path / "demo", True)
    assert ran
