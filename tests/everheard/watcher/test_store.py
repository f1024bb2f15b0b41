"""What a watcher keeps survives it: a kill, a restart, a second look at the same thing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from everheard.config import PROJECT_DIR
from everheard.watcher.pace import DayBudget
from everheard.watcher.playbacks import Listening
from everheard.watcher.samples import to_sample
from everheard.watcher.store import find_store, open_store
from tests.everheard.watcher.test_playbacks import START, make_answer


def test_watch_goes_on_where_it_stood(tmp_path: Path) -> None:
    listening = Listening()
    with open_store(tmp_path) as store:
        for seconds in (10, 40):
            store.keep(
                "ana",
                listening,
                listening.take(to_sample(make_answer(seconds), START + timedelta(seconds=seconds))),
            )
    with open_store(tmp_path) as store:
        again = store.read_listening("ana")
        assert (again.current, again.seen_at) == (listening.current, listening.seen_at)
        ended = again.take(to_sample(make_answer(5, "b"), START + timedelta(seconds=65)))
        store.keep("ana", again, ended)
        store.keep("ana", again, ended)  # told twice
        (pending,) = store.read_pending("ana")
        assert pending.playback == ended[0]
        assert pending.playback.listened_ms == 60_000
        assert store.read_pending("ben") == []


def test_what_the_ledger_has_is_pending_no_more(tmp_path: Path) -> None:
    listening = Listening()
    with open_store(tmp_path) as store:
        for seconds, name in ((10, "a"), (40, "b"), (70, "c")):
            sample = to_sample(make_answer(5, name), START + timedelta(seconds=seconds))
            store.keep("ana", listening, listening.take(sample))
        pending = store.read_pending("ana")
        assert len(pending) == 2
        store.note_loaded(pending[:1], START)
        assert store.read_pending("ana") == pending[1:]
        assert store.remove_of(["ana"]) == 2


def test_calls_of_the_day_are_counted_over_restarts(tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with open_store(tmp_path) as store:
        budget = store.read_budget(3)
        assert budget.spend(now)
        store.keep_budget(budget)
    with open_store(tmp_path) as store:
        budget = store.read_budget(3)
        assert (budget.used, budget.day) == (1, "2026-03-02")
        assert isinstance(budget, DayBudget)


@pytest.mark.posix
def test_kill_in_the_middle_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    code = (
        "import sys, datetime as d, pathlib, itertools\n"
        "from everheard.watcher.store import open_store\n"
        "from everheard.watcher.playbacks import Listening\n"
        "from everheard.watcher.samples import to_sample\n"
        "from tests.everheard.watcher.test_playbacks import START, make_answer\n"
        "one = Listening()\n"
        "with open_store(pathlib.Path(sys.argv[1])) as store:\n"
        "    for n in itertools.count():\n"
        "        at = START + d.timedelta(seconds=30 * n)\n"
        "        store.keep('ana', one, one.take(to_sample(make_answer(5, str(n)), at)))\n"
        "        print(n, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        kept = [int(process.stdout.readline()) for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        kept += [int(line) for line in process.stdout]
    with open_store(tmp_path) as store:
        count = len(store.read_pending("ana"))
    assert kept[-1] <= count <= kept[-1] + 1  # the last may have been kept and not told


@pytest.mark.posix
def test_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        with open_store(tmp_path):
            assert find_store(tmp_path).parent.stat().st_mode & 0o077 == 0
    finally:
        os.umask(old)


def test_file_of_an_older_day_is_forgotten(tmp_path: Path) -> None:
    listening = Listening()
    with open_store(tmp_path) as store:
        for seconds, name in ((10, "a"), (40, "b")):
            sample = to_sample(make_answer(5, name), START + timedelta(seconds=seconds))
            store.keep("ana", listening, listening.take(sample))
        store.note_loaded(store.read_pending("ana"), START)
        store.note_loaded([], START + timedelta(days=31))
        assert store.remove_of(["ana"]) == 0
