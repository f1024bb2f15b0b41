"""Reading the schedule: its lines, their stretches of time, and what is no schedule."""

import ast
import re
import sys
from pathlib import Path

import pytest

from everheard.run.job import parse_duration
from runner.schedule import SCHEDULE, Line, find_line, read_place, read_schedule, read_seconds
from tests.repository.project import find_files, find_jobs, read, read_imports

HOUR = 3600
LINES = read_schedule()


def test_what_waits_all_day_needs_the_standard_library_only() -> None:
    lean = ("everheard.rims.", "everheard.pipe.")  # held to it here, too
    files = [*find_files("*.py", "runner"), *find_files("*.py", "everheard/rims")]
    files += find_files("pipe.py", "everheard")
    imported = {
        "lean" if name.startswith(lean) else name.partition(".")[0]
        for path in files
        for name in read_imports(path)
    }
    assert imported - sys.stdlib_module_names == {"runner", "lean"}


def test_schedule_explains_every_word_that_it_uses() -> None:
    head = read(SCHEDULE).partition("\n\n")[0]
    explained = set(re.findall(r"^#   (\w+)  ", head, flags=re.MULTILINE))
    assert explained == {line.place for line in LINES} | {"every", "at", "if_stale", "load_every"}


def test_schedule_says_a_sentence_of_every_job() -> None:
    for block in read(SCHEDULE).split("\n\n")[1:]:
        assert re.match(r"# .+\.\n(# .+\n)*\[\w+\]\n", block), block


def test_schedule_names_jobs_and_one_command() -> None:
    assert {line.job for line in LINES} - set(find_jobs()) == {"issues"}


def test_durations_are_those_that_jobs_take() -> None:
    for text in (word for line in LINES for word in (line.if_stale, line.load_every) if word):
        assert parse_duration(text).total_seconds() == read_seconds(text)


def test_polling_comes_first_and_nothing_on_round_minutes() -> None:
    assert LINES[0].job == "get_last_50"
    round_lines = [line for line in LINES if line.at and not line.at // 60 % 5]
    assert round_lines == [], "at: choose a minute that 5 does not divide"
    assert all(0 <= line.at < line.every for line in LINES)


def test_line_becomes_what_is_typed_after_the_name_of_the_job() -> None:
    line = Line("get_last_50", "pi", 900, 420, if_stale="25m", load_every="55m")
    assert line.arguments == ("--if-stale", "25m", "--load-every", "55m")
    assert Line("get_last_50", "pi", 900).arguments == ()


def test_stretch_wants_one_run_and_a_clock_that_was_ahead_does_no_harm() -> None:
    line = Line("rank_albums", "container", 24 * HOUR, 4 * HOUR)
    midnight = 20_000 * 24 * HOUR
    before, after = midnight + 3 * HOUR, midnight + 5 * HOUR
    assert line.is_due(0, before), "what was missed is done at once"
    assert not line.is_due(before - 60, before)
    assert line.is_due(before, after)
    assert not line.is_due(midnight + 4 * HOUR, after)
    assert line.is_due(after + 300 * HOUR, after), "a moment to come is none"


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("15m", 900), ("4h11m", 4 * HOUR + 660), ("90s", 90), ("0s", 0), ("", None), ("7", None)],
)
def test_durations_are_read(word: str, seconds: int | None) -> None:
    assert read_seconds(word) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "get_last_50",
        "get_last_50 = 15",
        "[get_last_50]\ncontainer = '15m'",
        "[get_last_50]\ncontainer = { at = '7m' }",
        "[get_last_50]\ncontainer = { every = '0m' }",
        "[get_last_50]\ncontainer = { every = '15m', at = 'noon' }",
        "[get_last_50]\ncontainer = { every = '15m', often = '1m' }",
        "[get_last_50]\ncontainer = { every = '15m', if_stale = '1h30m' }",
        "[get_last_50]\nattic = { every = '15m' }",
    ],
)
def test_schedule_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "schedule.toml").write_text(text)
    with pytest.raises(SystemExit, match=r"schedule\.toml"):
        read_place("container", tmp_path / "schedule.toml")


def test_job_is_found_where_it_runs_and_only_there() -> None:
    assert find_line("artists_and_tracks", "pi") in LINES
    with pytest.raises(KeyError):
        find_line("artists_and_tracks", "web_clock")


def test_nothing_happens_when_the_package_is_imported() -> None:
    body = ast.parse(read("runner/__init__.py")).body
    assert [type(node) for node in body] == [ast.Expr]
