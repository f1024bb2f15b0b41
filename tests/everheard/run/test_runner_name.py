"""A machine is called as the listener says, or by a name drawn once; never by its own."""

from __future__ import annotations

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from everheard.config import Settings, read_settings
from everheard.run.runner_name import UNNAMED, find_runner, settle_runner


def make(folder: Path, **given: str) -> Settings:
    return read_settings({"EVERHEARD_HOME": str(folder), **given}, needs_spotify=False)


def test_name_is_drawn_once_and_kept(tmp_path: Path) -> None:
    settings = make(tmp_path / "home")
    assert find_runner(settings) == ""
    assert not settings.home.exists(), "whoever only asks writes nothing"
    name = settle_runner(settings)
    assert re.fullmatch("runner-[0-9a-f]{6}", name)
    assert socket.gethostname().lower() not in name
    assert settle_runner(settings) == find_runner(settings) == name
    assert settle_runner(make(tmp_path / "other")) != name


def test_chosen_name_counts_and_draws_none(tmp_path: Path) -> None:
    settings = make(tmp_path / "home", EVERHEARD_RUNNER="attic pi")
    assert settle_runner(settings) == "attic pi"
    assert not settings.home.exists()
    assert settle_runner(make(tmp_path / "home", GITHUB_ACTIONS="true")) == "actions"


def test_two_at_once_draw_one_name(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(settle_runner, [make(tmp_path)] * 8)) - {UNNAMED}
    assert len(names) == 1


def test_where_nothing_can_be_kept_it_has_no_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert settle_runner(replace(make(tmp_path), home=tmp_path / "file" / "home")) == UNNAMED
    (tmp_path / "runner-name").write_text("my-host.example\n")
    assert settle_runner(make(tmp_path)) == UNNAMED
