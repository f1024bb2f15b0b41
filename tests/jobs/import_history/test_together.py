"""Imports at once, and imports that are killed, leave the ledger of one clean run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from tests.jobs.import_history.conftest import MakeImporter
from tests.jobs.import_history.contents import Contents
from tests.jobs.import_history.histories import make_history, make_polls, write_history
from tests.jobs.import_history.importing import Importer, finish, read_figures
from tests.postgres import Server

#: More than one batch of the job: all of them are kept, or none.
FILES = make_history(16, 30)
HERE = "from pg_stat_activity where datname = current_database()"


def await_true(what: Callable[[], object], *importing: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it never came"
        assert all(one.poll() is None for one in importing), "an import ended before"
        time.sleep(0.01)


@pytest.mark.parametrize("knows_names", [False, True])
def test_two_imports_at_once_leave_the_ledger_of_one_after_the_other(
    make_importer: MakeImporter, tmp_path: Path, knows_names: bool
) -> None:
    """Once with a ledger that knows every name: no insert of one makes the other wait, then."""
    early = write_history(tmp_path / "early", FILES[:10])
    late = write_history(tmp_path / "late", FILES[2:], first=2)
    together, in_turn = make_importer(), make_importer()
    if knows_names:
        before = write_history(tmp_path / "before", make_history(1, 300, step_s=10_007))
        for machine in (together, in_turn):
            machine.poll(make_polls(FILES[1]), make_polls(FILES[5]))
            machine.run(before, "--anyway")  # it tells nothing of what was polled
    play_count = count_plays(together)
    with kept_waiting(together):
        started = [together.start(folder) for folder in (early, late)]
        waiting = f"select 1 {HERE} and wait_event_type = 'Lock'"
        await_true(lambda: len(together.read(waiting)) == 2, *started)
    said = [read_figures(finish(one)) for one in started]
    for folder in (early, late):
        in_turn.run(folder)
    assert together.contents() == in_turn.contents()
    new = [one[name] for one in said for name in ("added", "matched", "unattributed")]
    assert sum(new) == count_plays(together) - play_count


def count_plays(importer: Importer) -> int:
    """Return how many plays of a history the ledger holds."""
    ((count,),) = importer.read("select count(*) from warehouse.fact_play where ms_source = 1")
    return int(count)


@contextmanager
def kept_waiting(importer: Importer) -> Iterator[None]:
    """Let nobody write plays until the end."""
    with closing(psycopg2.connect(importer.database_url)) as other, other.cursor() as cursor:
        cursor.execute("lock table warehouse.fact_play in exclusive mode")
        yield


@pytest.fixture(scope="module")
def clean_run(
    postgres_server: Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Contents:
    """Return what one import that nothing disturbs leaves behind."""
    folder = tmp_path_factory.mktemp("clean")
    with postgres_server.lend_database(template_database) as url:
        importer = Importer(url, folder / "home")
        importer.poll(*POLLS)
        importer.run(write_history(folder / "data", FILES))
        return importer.contents()


POLLS = [make_polls(FILES[number]) for number in (1, 9)]


@pytest.mark.product
@pytest.mark.parametrize(
    ("moment", "has_committed"),
    [
        ("dim_platform", False),
        ("fact_play", False),
        ("etl_import_skip", False),
        ("etl_import_span", False),
        ("summary_hour", True),
    ],
)
def test_next_import_completes_what_a_killed_one_began(
    importer: Importer, clean_run: Contents, tmp_path: Path, moment: str, has_committed: bool
) -> None:
    folder = write_history(tmp_path / "data", FILES)
    importer.poll(*POLLS)
    kill_at(importer, folder, moment, has_committed=has_committed)
    assert (read_account(importer)[0] > 0) == has_committed
    figures = read_figures(importer.run(folder))
    assert importer.contents() == clean_run
    row_count = sum(map(len, FILES))
    assert read_account(importer) == (len(FILES), row_count, row_count)
    assert figures["read"] == row_count
    assert (figures["known"] > 0) == has_committed
    # What the killed one had unpacked went with the next one's.
    assert [path for path in importer.home.iterdir() if "import" in path.name] == []


def kill_at(importer: Importer, folder: Path, table: str, *, has_committed: bool) -> None:
    """Kill an import when it inserts into a table, at first or once it has committed files."""
    importer.execute(
        f"""
        create function public.act() returns trigger language plpgsql as $$begin
            if {not has_committed} or exists (
                select 1 from warehouse.etl_import_file
                where xmin::text::bigint <> txid_current() & x'ffffffff'::bigint
            ) then
                perform pg_sleep(60);
            end if;
            return null;
        end$$;
        create trigger act before insert on warehouse.{table}
        for each statement execute function public.act()
        """
    )
    process = importer.start(folder)
    await_true(lambda: importer.read(f"select 1 {HERE} and wait_event = 'PgSleep'"), process)
    process.kill()
    process.communicate(timeout=30)
    # The server notices a dead client late; a listener would wait, a test need not.
    importer.execute(f"select pg_terminate_backend(pid, 5000) {HERE} and wait_event = 'PgSleep'")
    importer.execute("drop function public.act() cascade")


def read_account(importer: Importer) -> tuple[int, int, int]:
    """Return how many files and rows are accounted for, and the sum of what the rows became."""
    (account,) = importer.read(
        "select count(*), coalesce(sum(read_count), 0), coalesce(sum(added_count + matched_count"
        " + known_count + episode_count + unattributed_count + skipped_count), 0)"
        " from warehouse.etl_import_file"
    )
    return account[0], int(account[1]), int(account[2])
