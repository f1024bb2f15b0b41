"""Commands are spelt as they are typed on this system."""

from __future__ import annotations

import io
import shutil
import sys

import pytest

from everheard.rims import typed
from everheard.rims.terminal import GuardedStream


@pytest.mark.parametrize(
    ("platform", "programs", "start"),
    [
        ("linux", {"python", "python3"}, "python start.py"),
        ("linux", {"python3"}, "python3 start.py"),
        ("darwin", {"python3"}, "python3 start.py"),
        ("win32", {"python", "py"}, "py start.py"),
    ],
)
def test_what_is_printed_can_be_typed(
    monkeypatch: pytest.MonkeyPatch, platform: str, programs: set[str], start: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
    monkeypatch.setattr(typed, "START", typed.find_start())
    bare = io.StringIO()
    GuardedStream(bare).write("run `python start.py doctor`.\n")
    assert bare.getvalue() == f"run `{start} doctor`.\n"
