"""What one runner's job does; troubles, other runners and secrets have files beside this."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from everheard.ledger.operations import sign_ins
from jobs import get_last_50
from tests.everheard.pages import Json, make_album, make_full_answer, make_item, make_track
from tests.jobs.get_last_50.conftest import MakeRunner
from tests.jobs.get_last_50.polling import Runner

LAST_LINE = re.compile(
    r"get_last_50: fetched \d+, new \d+, known \d+, gaps \d+,"
    r" watermark \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
)


def test_first_run_brings_the_whole_window(runner: Runner) -> None:
    outcome = runner.run()
    assert outcome.code == 0
    assert outcome.last_line.startswith("get_last_50: fetched 50, new 50, known 0, gaps 0,")
    assert runner.plays() == runner.window()


def test_last_line_says_what_was_done(runner: Runner) -> None:
    outcome = runner.run()
    assert LAST_LINE.fullmatch(outcome.last_line)
    assert outcome.last_line.endswith(max(moment for moment, _ in runner.window()))
    assert outcome.err == ""


def test_second_run_adds_nothing(runner: Runner) -> None:
    runner.run()
    before = runner.tables()
    assert "new 0, known 50, gaps 0" in runner.run().last_line
    after = runner.tables()
    operations = {"etl_run", "etl_runner", "etl_watermark"}
    assert {name for name in after if after[name] != before[name]} == operations


def test_warm_run_makes_two_calls_and_asks_who_once_ever(runner: Runner) -> None:
    runner.run()
    assert runner.calls() == ["token", "recently_played", "me"]
    runner.advance(hours=3)
    runner.run()
    assert runner.calls() == ["token", "recently_played"]


def test_new_plays_are_added_and_old_ones_kept(runner: Runner) -> None:
    runner.run()
    first = runner.window()
    runner.advance(hours=8)
    runner.run()
    assert runner.plays() == first | runner.window()


def test_late_offline_play_is_found_behind_the_watermark(make_runner: MakeRunner) -> None:
    runner = make_runner(listeners=["quiet"])
    world = runner.spotify.world
    track, late = world.catalogue.tracks[:2]
    world.hear(track, "2026-01-05T05:00:00Z")
    runner.run()
    world.hear(late, "2026-01-05T04:00:00Z", uploaded="2026-01-05T06:30:00Z")
    runner.advance(hours=1)
    assert "new 1, known 1, gaps 0" in runner.run().last_line


def test_window_that_moved_on_leaves_a_gap_and_a_word(runner: Runner) -> None:
    runner.run()
    newest = max(moment for moment, _ in runner.window())
    runner.advance(days=3)
    outcome = runner.run()
    assert "gaps 1" in outcome.last_line
    assert "plays may be missing" in outcome.out
    ((start, end),) = runner.read("select gap_start::text, gap_end::text from warehouse.etl_gap")
    oldest = min(moment for moment, _ in runner.window())
    assert (start[:19].replace(" ", "T"), end[:19].replace(" ", "T")) == (newest[:19], oldest[:19])


def test_listener_without_plays_is_fine(make_runner: MakeRunner) -> None:
    runner = make_runner(listeners=["quiet"])
    assert runner.run().last_line == "get_last_50: fetched 0, new 0, known 0, gaps 0"


def test_every_listener_is_polled(make_runner: MakeRunner) -> None:
    runner = make_runner(listeners=["steady", "light"])
    outcome = runner.run(LISTENER_TIMEZONE="Europe/Berlin,Asia/Tokyo")
    assert "fetched 100, new 100" in outcome.last_line
    for name in ("ada", "ben"):
        assert runner.plays(name) == runner.window(name)
    assert runner.read("select display_name, timezone from warehouse.dim_listener order by 1") == [
        ("Ada", "Europe/Berlin"),
        ("Ben", "Asia/Tokyo"),
    ]


def read_zone(runner: Runner) -> str:
    ((zone,),) = runner.read("select timezone from warehouse.dim_listener")
    return str(zone)


def test_time_zone_is_the_listeners_whatever_a_runner_says(runner: Runner) -> None:
    assert "LISTENER_TIMEZONE" not in runner.run(LISTENER_TIMEZONE="Asia/Tokyo").out
    for setting, is_said in [("", False), ("UTC", True), ("Europe/Berlin", True), ("Japan", False)]:
        runner.advance(hours=3)
        said = runner.run(LISTENER_TIMEZONE=setting).out
        assert read_zone(runner) == "Asia/Tokyo"
        cure = f"`python start.py listener --timezone {setting}` changes it."
        words = f"LISTENER_TIMEZONE says {setting}, the ledger Asia/Tokyo: {cure}"
        assert (words in said) is is_said, said


def test_zone_that_the_database_lacks_is_mended_in_the_same_run(runner: Runner) -> None:
    runner.run(LISTENER_TIMEZONE="Europe/Berlin")
    runner.execute("update warehouse.dim_listener set timezone = 'Europe/Atlantis'")
    runner.advance(hours=9)
    outcome = runner.run()
    assert outcome.code == 0, outcome
    assert "does not know a listener's time zone Europe/Atlantis: it is UTC from now" in outcome.out
    assert read_zone(runner) == "UTC"
    assert runner.plays() >= runner.window()
    assert runner.spool() == []


def test_new_listener_whose_zone_the_database_lacks_is_polled_all_the_same(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "list_zone_names", lambda zone: ["Europe/Atlantis"])
    outcome = runner.run(LISTENER_TIMEZONE="Asia/Tokyo")
    assert outcome.code == 0
    assert "The database does not know the time zone Asia/Tokyo of LISTENER_TIMEZONE" in outcome.out
    assert read_zone(runner) == "UTC"


def test_zone_goes_by_the_name_that_the_database_knows(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "list_zone_names", lambda zone: ["Europe/Atlantis", "Asia/Tokyo"])
    runner.run(LISTENER_TIMEZONE="Japan")
    assert read_zone(runner) == "Asia/Tokyo"


@pytest.mark.parametrize("is_first", [True, False])
def test_dry_run_writes_nothing_at_all(runner: Runner, is_first: bool) -> None:
    if not is_first:
        runner.run()
        runner.advance(days=3)
    before = runner.tables()
    outcome = runner.run("--dry-run", LISTENER_TIMEZONE="Asia/Tokyo")
    gaps = 0 if is_first else 1
    assert outcome.code == 0
    assert f"(dry run) fetched 50, new 50, known 0, gaps {gaps}" in outcome.last_line
    assert runner.tables() == before
    assert not (runner.folder / "spool").exists()


def test_dry_run_in_trouble_writes_nothing_either(runner: Runner) -> None:
    runner.run()
    before = runner.tables()
    assert runner.run("--dry-run", DATABASE_URL="postgresql://x:y@127.0.0.1:1/z").code == 73
    runner.add_mood("quota_exceeded", "recently_played")
    assert runner.run("--dry-run").code == 75
    assert runner.tables() == before
    assert not (runner.folder / "spool").exists()


def test_if_stale_asks_nobody_when_a_runner_has_just_succeeded(runner: Runner) -> None:
    runner.run()
    runner.calls()
    outcome = runner.run("--if-stale", "25m")
    assert (outcome.code, runner.calls()) == (0, [])
    assert outcome.last_line == "get_last_50: nothing to do, this runner succeeded 0 minutes ago"
    assert len(runner.read("select 1 from warehouse.etl_run")) == 1


def test_if_stale_runs_when_the_last_success_is_long_ago(runner: Runner) -> None:
    runner.run()
    runner.execute("update warehouse.etl_run set ended_at = ended_at - interval '26 minutes'")
    assert "fetched 50" in runner.run("--if-stale", "25m").last_line


def test_if_stale_does_not_take_anothers_success_for_ones_own(make_runner: MakeRunner) -> None:
    """A fresh poll of one listener must not keep another's plays waiting for ever."""
    runner = make_runner(listeners=["steady", "light"])
    ada, ben = (runner.spotify.world.refresh_token(name) for name in ("ada", "ben"))
    runner.run(SPOTIFY_REFRESH_TOKEN=ada)
    stale = ("--if-stale", "25m")
    assert "fetched 50" in runner.run(*stale, SPOTIFY_REFRESH_TOKEN=ben).last_line
    assert "nothing to do" in runner.run(*stale).last_line
    runner.execute(
        "update warehouse.etl_watermark set polled_at = polled_at - interval '1 hour'"
        " where listener_key = 2"
    )
    assert "nothing to do" in runner.run(*stale, SPOTIFY_REFRESH_TOKEN=ada).last_line
    assert "fetched 50" in runner.run(*stale, SPOTIFY_REFRESH_TOKEN=ben).last_line


def test_if_stale_does_not_take_a_failure_for_a_success(runner: Runner) -> None:
    runner.add_mood("server_error", "recently_played", times=5)
    assert runner.run().code == 69
    assert "fetched 50" in runner.run("--if-stale", "25m").last_line


def test_if_stale_never_keeps_a_spooled_page_waiting(runner: Runner) -> None:
    runner.run()
    runner.advance(hours=4)
    runner.refuse("etl_watermark", "53100")
    assert runner.run().code == 73
    runner.relent()
    runner.run(SPOOL_DIR=str(runner.folder / "another runner"))
    assert len(runner.spool()) == 1
    assert runner.run("--if-stale", "25m").code == 0
    assert runner.spool() == []


def test_help_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        get_last_50.main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    for word in ("python start.py job get_last_50", "--dry-run", "--if-stale", "last 50 plays"):
        assert word in out


@pytest.mark.parametrize("words", [["--if-stale", "soon"], ["--what"]])
def test_wrong_usage_is_said_so(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        get_last_50.main(words)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_run_is_recorded_with_its_counts(runner: Runner) -> None:
    runner.run()
    assert runner.read(
        "select job, runner, trigger, outcome, exit_code, fetched_count, new_count, known_count,"
        " gap_count from warehouse.etl_run"
    ) == [("get_last_50", "test", "hand", "done", 0, 50, 50, 0, 0)]


def test_actions_get_a_table_and_annotations(runner: Runner, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    runner.run(**actions)
    assert "| 50 | 50 | 0 | 0 | – | 2026-01-04T" in summary.read_text()
    runner.advance(days=3)
    outcome = runner.run(**actions)
    assert "::warning title=get_last_50::1 new gap" in outcome.out
    assert "- 1 new gap" in summary.read_text()
    runner.add_mood("premium_lapsed", "recently_played")
    outcome = runner.run(**actions)
    assert "\n::error title=get_last_50::Spotify answers only while" in "\n" + outcome.out
    assert outcome.last_line.startswith("get_last_50:")
    assert "Premium" in summary.read_text()


SPOILT: list[Json | None] = [
    None,
    {"played_at": None},
    {**make_item(0), "played_at": "once"},
    {**make_item(60), "track": None},
    {**make_item(120), "context": "playlist"},
    make_item(180, make_track("Local", id=None, uri="spotify:local:a:b:c:1", is_local=True)),
    make_item(240, make_track("", duration_ms=0, album=make_album("", release_date="0000"))),
    make_item(300, make_track("x" * 300, edition="long")),
    make_item(360, make_track("👩‍👩‍👧‍👦" * 300, edition="emoji")),
    make_item(420, make_track("nul\x00", edition="nul")),
    make_item(480, make_track("Floats", duration_ms=1e5, disc_number=2.0)),
    make_item(540, make_track("Large", track_number=70_000, disc_number=2**40)),
    make_item(600, make_track("Negative", duration_ms=-1, track_number=-7)),
    make_item(660, make_track("Loud", album=make_album("Loud", album_type="ALBUM"))),
    make_item(720, make_track("Nobody", []) | {"artists": [{"id": None, "name": ""}]}),
]


def test_broken_items_never_cost_the_others(make_runner: MakeRunner) -> None:
    answer = make_full_answer(first=10, count=50 - len(SPOILT))
    answer["items"] = [*answer["items"], *reversed(SPOILT)]
    runner = make_runner(recently_played=answer)
    outcome = runner.run()
    assert outcome.code == 0
    assert "fetched 50, new 47, known 0" in outcome.last_line
    assert outcome.out.count("One play was left out") == 3
    assert "fetched 50, new 0, known 47" in runner.run().last_line
    assert len(runner.read("select 1 from warehouse.fact_play")) == 47
