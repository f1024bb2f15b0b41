"""Words become calls: the table of commands, and what becomes of an end."""

from __future__ import annotations

import importlib
import sys

import pytest

from cli import __main__ as door
from cli.commands import COMMANDS
from everheard.failure import ConfigurationError
from jobs import get_last_50


@pytest.mark.parametrize("name", COMMANDS)
def test_every_word_leads_to_a_module_that_can_be_called(name: str) -> None:
    assert callable(importlib.import_module(COMMANDS[name].module).main)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "test"])
def test_every_word_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code: object = 1
    try:
        code = door.main([name, "--help"])
    except SystemExit as end:
        code = end.code
    assert code == 0
    assert "start.py" in capsys.readouterr().out


def test_job_gets_its_words_and_not_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_last_50, "main", lambda words: len(words))
    assert door.main(["job", "get_last_50", "--dry-run", "--if-stale", "1h"]) == 3


def test_failure_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: list[str]) -> int:
        raise ConfigurationError(["HOME is not set: set it"])

    monkeypatch.setattr(get_last_50, "main", fail)
    assert door.main(["job", "get_last_50"]) == 78
    assert capsys.readouterr().err == "HOME is not set: set it\n"


def test_stopping_is_no_traceback_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(get_last_50, "main", stop)
    assert door.main(["job", "get_last_50"]) == 130
    assert "takes it up again" in capsys.readouterr().err


def test_words_are_those_of_the_process_where_none_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cli", "xyzzy"])
    assert door.main() == 2
    assert "There is no command 'xyzzy'." in capsys.readouterr().err
