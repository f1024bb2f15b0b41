"""Lines at 80 columns: help of every command, last lines, names in any script."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest

from cli.commands import COMMANDS, read_jobs
from everheard.config import PROJECT_DIR
from everheard.rims.columns import fit, measure, wrap
from everheard.rims.markdown import escape, fence, say, to_plain
from everheard.rims.terminal import GuardedStream

COLUMNS = 80
LAST_LINES = (
    "get_last_50: fetched 50, new 12, known 38, gaps 0, watermark 2026-11-20T18:04:11.123Z | more",
    "schedule: on; cron looks every 20 minutes: get_last_50 works when no other runner has for 25m",
    "    → `python3 start.py listener --timezone Europe/Berlin` changes it, else take that out",
)


def test_wide_letters_take_two_columns_and_accents_none() -> None:
    assert [measure(text) for text in ("abc", "音楽", "Zoë", "Zoe\u0308", "한국어")] == [
        3,
        4,
        3,
        3,
        6,
    ]
    assert [fit(name, 6) for name in ("音楽", "音楽音楽", "ab")] == ["音楽  ", "音楽音", "ab    "]
    assert fit("音", 3, is_right=True) == " 音"
    assert fit("音楽音楽", 5) == "音楽 "


@pytest.mark.parametrize("line", LAST_LINES)
def test_long_line_breaks_at_words_and_loses_none(line: str) -> None:
    told = wrap(line, COLUMNS)
    assert all(measure(part) <= COLUMNS for part in told.split("\n"))
    assert told.split() == line.split()
    indent = len(line) - len(line.lstrip())
    assert all(part.startswith(" " * indent) for part in told.split("\n"))


def test_what_stands_beside_a_name_stays_beside_it_and_a_table_as_it_is() -> None:
    told = wrap(
        "  schedule           make this machine a runner, and much more of that kind, too", 60
    )
    assert told.split("\n")[1].startswith(" " * 21)
    row = "Artist with a long name   12,345   678   " + "x" * 60
    assert wrap(row, COLUMNS) == row
    address = "https://example.org/" + "a" * 90
    assert wrap(address, COLUMNS) == address


def list_helps() -> list[tuple[str, ...]]:
    helps = [(name, "--help") for name in COMMANDS if name not in {"job", "test", "benchmark"}]
    return [("--help",), *helps, *(("job", job, "--help") for job in read_jobs())]


@pytest.mark.posix
def test_every_help_fits_into_eighty_columns() -> None:
    """In a terminal of its own: what is printed there is what a person sees."""
    import pty
    import termios

    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (24, COLUMNS))
    code = (
        "import sys\nfrom cli.__main__ import main\n"
        f"for words in {list_helps()!r}:\n"
        "    print('=' * 9, *words)\n"
        "    try: main(list(words))\n"
        "    except SystemExit: pass\n"
    )
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT_DIR, env=environ, stdout=follower
    )
    os.close(follower)
    said = b""
    with suppress(OSError):  # Linux ends a terminal that nobody writes to any more so
        while part := os.read(leader, 65536):
            said += part
    os.close(leader)
    assert child.wait() == 0
    lines = said.decode().replace("\r\n", "\n").split("\n")
    assert len([line for line in lines if line.startswith("=" * 9)]) == len(list_helps())
    assert [line for line in lines if measure(line) > COLUMNS] == []


def test_log_keeps_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    GuardedStream(sys.stdout).write(LAST_LINES[0] + "\n")
    assert capsys.readouterr().out == LAST_LINES[0] + "\n"


def test_report_in_a_terminal_has_no_signs_of_markdown() -> None:
    name = "*Stars* & `ticks` <b> _under_ #1"
    head = f"## Report · {escape(name)}"
    text = "\n".join([head, "", "**Songs**", "", *fence([f"{name}  ██"]), "", f"- {say(name)}", ""])
    assert to_plain(text) == (f"Report · {name}\n\nSongs\n\n{name}  ██\n\n- {name}\n")
