"""Pages, docstrings and units say of each job what the schedule says."""

import re

import pytest

from runner.keep_going import LONGEST_RETRY_S, RETRIES_A_TURN, TURNS_MISSED
from runner.schedule import Line, find_line, read_place, read_schedule, read_seconds
from tests.repository.project import find_files, find_jobs, read

HOUR = 3600
LINES = read_schedule()
POLL = {line.place: line for line in LINES if line.job == "get_last_50"}
DAYS = 31
#: No schedule starts it: a service keeps it going.
WITHOUT_END = {"now_playing"}
IN_WORDS = {2: "two", 3: "three", 4: "four", 6: "six", 8: "eight", 12: "twelve"}


def say(seconds: int) -> str:
    """Say how often something comes that comes every so many seconds."""
    if seconds in {HOUR, 24 * HOUR}:
        return "hourly" if seconds == HOUR else "daily"
    if seconds > HOUR:
        return f"every {IN_WORDS[seconds // HOUR]} hours"
    return f"every {seconds // 60} minutes"


def say_when(job: str) -> str:
    """Say when a job runs as the tables do; the fallbacks are left to their own pages."""
    if job in WITHOUT_END:
        return "all the time"
    lines = {line.place: line.every for line in LINES if line.job == job}
    if not lines:
        return "by hand"
    assert "actions" in lines, f"{job}: runner/schedule.toml needs a line actions, too"
    github = lines.pop("actions")
    elsewhere = {lines[place] for place in {"container", "pi", "computer"} & lines.keys()}
    if not elsewhere:
        return f"{say(github)} on Actions, if chosen"
    if elsewhere == {github}:
        return say(github)
    least, most = min(elsewhere) // 60, max(elsewhere) // 60
    return f"{say(github)} on Actions, every {least} to {most} minutes elsewhere"


def read_when(page: str) -> dict[str, str]:
    """Return job -> when it runs, as a page's table of jobs says."""
    rows = [line.split("|") for line in read(page).splitlines() if line.startswith("| `")]
    return {row[1].strip(" `"): row[2].strip() for row in rows if row[1].strip(" `") in find_jobs()}


@pytest.mark.parametrize("page", ["README.md", "docs/jobs.md"])
def test_table_says_when_each_job_runs(page: str) -> None:
    when = read_when(page)
    assert when.keys() == {*find_jobs()}
    assert [f"{job}: {when[job]}" for job in when if not when[job].startswith(say_when(job))] == []


@pytest.mark.parametrize("page", ["README.md", "docs/jobs.md"])
def test_table_leads_to_the_schedule(page: str) -> None:
    assert re.search(r"\]\((?:\.\./)?runner/schedule\.toml\)", read(page))


@pytest.mark.parametrize("job", find_jobs())
def test_job_says_when_it_runs(job: str) -> None:
    when = re.search(r"^When:   (.+)$", read(f"jobs/{job}.py"), flags=re.MULTILINE)
    assert when is not None
    assert when[1].startswith(say_when(job))


def test_container_runs_every_job_that_is_not_only_by_hand() -> None:
    when = read_when("README.md")
    assert {line.job for line in read_place("container")} == {
        job
        for job in set(when) - WITHOUT_END
        if when[job] != "by hand" and "if chosen" not in when[job]
    }


@pytest.mark.parametrize("line", read_place("pi"), ids=lambda line: line.job)
def test_timer_is_called_what_it_does(line: Line) -> None:
    timer = read(f"pi/units/everheard-{line.job}.timer")
    assert f"\nDescription=Everheard: {line.job}, {say(line.every)}\n" in timer


def say_stale(line: Line) -> str:
    return str((read_seconds(line.if_stale) or 0) // 60)


def say_time(line: Line) -> str:
    return f"{line.at // HOUR}:{line.at // 60 % 60:02}"


DESK, CONTAINER, WEB_CLOCK = POLL["computer"], POLL["container"], POLL["web_clock"]
PI, FALLBACK = POLL["pi"], POLL["pi_fallback"]
TRACKS = find_line("artists_and_tracks", "container")
DAILY = [line for line in read_place("container") if line.every == 24 * HOUR]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "docs/never-late.md",
            f"| {say(DESK.every)} while it is on, works when nobody else has for"
            f" {say_stale(DESK)} |",
        ),
        ("docs/never-late.md", f"(raspberry-pi.md) | {say(PI.every)} |"),
        ("docs/never-late.md", f"send, {say(WEB_CLOCK.every)} at an odd minute"),
        ("docs/never-late.md", f'"inputs": {{"if_stale": "{WEB_CLOCK.if_stale}"}}'),
        ("cli/setup/steps.py", f"this machine, {say(DESK.every)} while it is on"),
        ("docs/raspberry-pi.md", f"polls {say(PI.every)}"),
        ("docs/raspberry-pi.md", f"`--mode primary` | the Pi does the work: plays {say(PI.every)}"),
        (
            "docs/raspberry-pi.md",
            f"artists and tracks {say(find_line('artists_and_tracks', 'pi').every)};",
        ),
        (
            "docs/raspberry-pi.md",
            f"the Pi polls {say(FALLBACK.every)}, and works only when nobody else has for"
            f" {say_stale(FALLBACK)} minutes",
        ),
        (
            "docs/docker.md",
            f"plays {say(CONTAINER.every)}, artists and tracks {say(TRACKS.every)},",
        ),
        ("docs/docker.md", f"the daily jobs after {min(map(say_time, DAILY))} UTC"),
        ("docs/docker.md", f'`load_every = "{PI.load_every}"`'),
        ("docs/actions.md", f"| `get_last_50.yml` | {say(POLL['actions'].every)} |"),
        (
            "docs/actions.md",
            f"about {DAYS * 24 * HOUR // POLL['actions'].every}"
            f" (`dense`: {DAYS * 24 * HOUR // POLL['actions_dense'].every:,})",
        ),
        ("docs/actions.md", f"; {say(TRACKS.every)}, on the same machine, `artists_and_tracks`"),
    ],
)
def test_page_says_what_the_schedule_says(path: str, said: str) -> None:
    assert said in read(path)


def test_container_is_healthy_and_tries_again_as_its_page_says() -> None:
    page = read("docs/docker.md")
    assert TURNS_MISSED * CONTAINER.every == HOUR
    assert "a poll has succeeded within the last hour" in page
    assert CONTAINER.every // RETRIES_A_TURN == 5 * 60
    assert LONGEST_RETRY_S == HOUR == TRACKS.every // RETRIES_A_TURN
    assert "tried again after five minutes (the plays) or an hour" in page


def test_help_of_the_polling_job_gives_the_schedules_durations_as_examples() -> None:
    job = read("jobs/get_last_50.py")
    assert f'stale_after="{DESK.if_stale}", load_every="{PI.load_every}"' in job
    page = read("docs/jobs.md")
    assert f"- `--if-stale {DESK.if_stale}` (`get_last_50`)" in page
    assert f"- `--load-every {PI.load_every}` (`get_last_50`)" in page


def test_every_unit_of_a_timer_is_in_the_schedule() -> None:
    timers = {path.stem for path in find_files("*.timer", "pi/units")}
    assert timers == {f"everheard-{line.job}" for line in read_place("pi")}
