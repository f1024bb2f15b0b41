import io
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from cli.env_file import write_settings
from cli.setup.database import choose_database, count_plays, is_same, to_pooled_url
from everheard.config import read_settings
from migrate.upgrade import to_direct_url
from tests.jobs.report_ledger import fill
from tests.postgres import Server

DIRECT = "postgresql://ada:p%40ss@ep-cool-name-123456.eu-central-1.aws.neon.tech/db?sslmode=require"
POOLED = DIRECT.replace("123456.", "123456-pooler.")


@pytest.mark.parametrize("given", [DIRECT, POOLED])
def test_either_neon_address_gives_the_pooled_one_and_migrate_finds_the_direct_one(
    given: str,
) -> None:
    assert to_pooled_url(given) == POOLED
    assert to_direct_url(to_pooled_url(given)) == DIRECT


@pytest.mark.parametrize("url", ["", "postgresql://ada:x@db.example.org:6543/everheard"])
def test_other_addresses_stay_as_they_are(url: str) -> None:
    assert to_pooled_url(url) == url


@pytest.fixture
def change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str, str], str]:
    """Choose another database, as setup does; return what was said."""
    env_file = tmp_path / ".env"
    monkeypatch.setitem(read_settings.__kwdefaults__, "env_file", env_file)
    monkeypatch.delenv("DATABASE_URL")

    def choose(before: str, after: str, answer: str = "no") -> str:
        write_settings(env_file, {"DATABASE_URL": before, "EVERHEARD_HOME": str(tmp_path)})
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{after}\n{answer}\n"))
        choose_database(read_settings(needs_spotify=False))
        assert read_settings(needs_spotify=False).database_url == after
        return capsys.readouterr().out

    return choose


@pytest.mark.posix
def test_plays_that_stay_behind_are_counted_and_the_way_back_is_told(
    change: Callable[[str, str], str],
    connection: Connection,
    database_url: str,
    empty_database_url: str,
) -> None:
    fill(connection)
    said = change(database_url, empty_database_url)
    name = urlsplit(database_url).path.strip("/")
    assert f"The database so far ({name} on " in said
    assert "holds 4 plays, which stay there: none is lost" in said
    assert "docs/move.md" in said
    assert "To go back: `python start.py setup database`" in said
    assert (urlsplit(database_url).password or "") not in said


def test_nothing_is_said_where_nothing_stays_behind(
    change: Callable[[str, str], str], database_url: str, empty_database_url: str
) -> None:
    assert "so far" not in change(database_url, empty_database_url)


@pytest.mark.posix
def test_plays_of_a_ledger_of_another_version_are_counted_too(
    change: Callable[[str, str], str],
    connection: Connection,
    database_url: str,
    empty_database_url: str,
) -> None:
    fill(connection)
    with connection.cursor() as cursor:
        cursor.execute("update warehouse.etl_schema set version = 9, oldest_code = 9")
    assert "holds 4 plays" in change(database_url, empty_database_url)


@pytest.mark.parametrize(
    "other",
    [
        POOLED,
        DIRECT.replace("ada:p%40ss", "bi_reader:x"),
        DIRECT.replace("tech/", "tech:5432/").replace("postgresql", "postgres"),
    ],
)
def test_another_way_to_the_same_database_leaves_nothing_behind(other: str) -> None:
    assert is_same(DIRECT, other)
    assert not is_same(DIRECT, other.replace("/db", "/other"))
    assert not is_same(DIRECT, "")


def test_database_that_does_not_answer_is_named_with_what_it_may_hold(
    change: Callable[[str, str], str], empty_database_url: str
) -> None:
    said = change("postgresql://a:b@127.0.0.1:1/plays", empty_database_url)
    assert "(plays on 127.0.0.1) cannot be asked what it holds" in said


@pytest.mark.posix
def test_plays_come_along_where_the_listener_says_yes(
    change: Callable[..., str],
    connection: Connection,
    database_url: str,
    empty_database_url: str,
) -> None:
    fill(connection)
    said = change(database_url, empty_database_url, "yes")
    assert "compared, the same at both ends" in said
    assert count_plays(read_settings(needs_spotify=False)) == 4


@pytest.mark.posix
def test_nothing_is_offered_where_the_new_database_has_plays(
    change: Callable[..., str],
    connection: Connection,
    database_url: str,
    postgres_server: Server,
    template_database: str,
) -> None:
    fill(connection)
    with postgres_server.lend_database(template_database) as other:
        with closing(psycopg2.connect(other)) as filled:
            filled.autocommit = True
            fill(filled)
        said = change(database_url, other, "yes")
    assert "holds 4 plays, which stay there" in said
    assert "Bring them along" not in said
