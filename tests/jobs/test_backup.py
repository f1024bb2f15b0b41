"""Back up, restore, compare every row, and go on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

import simulator
from cli import restore
from cli.doctor.backups import check_backup
from everheard import UNFINISHED_MOVE
from everheard.config import PROJECT_DIR
from everheard.export.relations import SECRET
from everheard.failure import Failure
from jobs import backup, get_last_50
from tests.jobs.export.conftest import fill
from tests.migrate.databases import lead_to, make_settings, read_catalogue, read_rows
from tests.sql.ledger import sum_up

PASSPHRASE = "correct horse battery"
Do = Callable[..., str]


def read_tables(url: str) -> dict[str, list[str]]:
    """Return every row of every table that a backup holds, but for runs and locks."""
    names = read_rows(
        url,
        "select relname from pg_class where relnamespace = 'warehouse'::regnamespace"
        " and relkind = 'r' order by 1",
    )
    left_out = SECRET | {"etl_run", "etl_runner", "etl_lock"}
    return {
        name: sorted(row for (row,) in read_rows(url, f"select t::text from warehouse.{name} as t"))
        for (name,) in names
        if name not in left_out
    }


@pytest.fixture
def back_up(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Do:
    """Back up to a file; return what was printed."""
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path / "home"))

    def start(*words: str, code: int = 0, url: str = database_url, encrypted: bool = True) -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE if encrypted else "")
        ended = backup.main([str(tmp_path / "ledger.backup"), *words])
        said = capsys.readouterr()
        assert ended == code, said.out + said.err
        return said.out

    return start


@pytest.fixture
def bring_back(
    empty_database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Do:
    """Restore into the empty database; return what was printed, or the failure."""
    monkeypatch.setenv("EVERHEARD_HOME", str(tmp_path / "home"))

    def start(code: int = 0, url: str = empty_database_url, passphrase: str = PASSPHRASE) -> str:
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("BACKUP_PASSPHRASE", passphrase)
        if code:
            with pytest.raises(Failure) as failed:
                restore.main([str(tmp_path / "ledger.backup")])
            assert int(failed.value.exit_code) == code, str(failed.value)
            return str(failed.value)
        assert restore.main([str(tmp_path / "ledger.backup")]) == 0
        return capsys.readouterr().out

    return start


@pytest.fixture
def ledger(connection: Connection) -> Connection:
    fill(connection)
    sum_up(connection)
    sum_up(connection, 2)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into warehouse.etl_import (listener_key, source_names, file_count)"
            ' values (1, \'{"a, b.zip","",NULL}\', 1)'
        )
    return connection


def test_every_row_comes_back(
    back_up: Do, bring_back: Do, ledger: Connection, database_url: str, empty_database_url: str
) -> None:
    back_up()
    assert "all of it is there" in bring_back()
    assert read_tables(empty_database_url) == read_tables(database_url)
    one, other = read_catalogue(empty_database_url), read_catalogue(database_url)
    assert {what: one[what] for what in one if what != "sequences"} == {
        what: other[what] for what in other if what != "sequences"
    }


def test_restored_ledger_goes_on(
    back_up: Do,
    bring_back: Do,
    database_url: str,
    empty_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with simulator.running(listeners=["heavy"]) as spotify:
        for name, value in spotify.environ().items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("DATABASE_URL", database_url)
        assert get_last_50.main([]) == 0
        back_up()
        bring_back()
        monkeypatch.setenv("DATABASE_URL", empty_database_url)
        capsys.readouterr()
        assert get_last_50.main([]) == 0
        assert "new 0, known 50, gaps 0" in capsys.readouterr().out
    assert read_rows(empty_database_url, "select count(*) from warehouse.fact_play") == [(50,)]
    insert = "insert into warehouse.dim_genre (name) values ('x') returning genre_key"
    assert read_rows(empty_database_url, insert) == read_rows(database_url, insert)
    added = "insert into warehouse.dim_artist (artist_id, name, folded_name, metadata_level)"
    added += " values ('new', 'New', 'new', 2) returning artist_key"
    assert read_rows(empty_database_url, added) == read_rows(database_url, added)


def test_encrypted_file_tells_nothing(back_up: Do, ledger: Connection, tmp_path: Path) -> None:
    assert "encrypted yes" in back_up()
    content = (tmp_path / "ledger.backup").read_bytes()
    assert b"dim_track" not in content
    assert b"PAR1" not in content


def test_no_sign_in_is_in_it(back_up: Do, ledger: Connection, tmp_path: Path) -> None:
    assert "is not encrypted" in back_up(encrypted=False)
    with zipfile.ZipFile(tmp_path / "ledger.backup") as archive:
        names = archive.namelist()
        assert not any(b"AQD-secret-token" in archive.read(name) for name in names)
    assert not any(secret in name for secret in SECRET for name in names)


def test_passphrase_can_be_demanded(back_up: Do, ledger: Connection, tmp_path: Path) -> None:
    assert "BACKUP_PASSPHRASE" in back_up("--encrypted", code=78, encrypted=False)
    assert not (tmp_path / "ledger.backup").exists()


def test_wrong_passphrase_is_told(
    back_up: Do, bring_back: Do, ledger: Connection, empty_database_url: str
) -> None:
    back_up()
    assert "passphrase is another" in bring_back(65, passphrase="another one")
    assert "is encrypted" in bring_back(65, passphrase="")
    assert read_rows(empty_database_url, "select to_regclass('warehouse.etl_schema')") == [(None,)]


@pytest.mark.parametrize("encrypted", [True, False])
@pytest.mark.parametrize("where", [0.1, 0.5, 0.99])
def test_damaged_file_is_refused_before_anything_is_written(
    back_up: Do,
    bring_back: Do,
    ledger: Connection,
    tmp_path: Path,
    empty_database_url: str,
    encrypted: bool,
    where: float,
) -> None:
    back_up(encrypted=encrypted)
    path = tmp_path / "ledger.backup"
    content = bytearray(path.read_bytes())
    content[int(len(content) * where)] ^= 0xFF
    path.write_bytes(content)
    bring_back(65)
    path.write_bytes(content[: int(len(content) * where)])
    bring_back(65)
    assert read_rows(empty_database_url, "select to_regclass('warehouse.etl_schema')") == [(None,)]


def test_database_with_plays_is_refused(
    back_up: Do, bring_back: Do, ledger: Connection, database_url: str
) -> None:
    back_up()
    before = read_tables(database_url)
    assert "holds a ledger already" in bring_back(78, url=database_url)
    assert read_tables(database_url) == before


def test_empty_ledger_is_filled(
    back_up: Do, bring_back: Do, ledger: Connection, database_url: str, postgres_server: Any
) -> None:
    back_up()
    with postgres_server.lend_database(postgres_server.template) as url:
        bring_back(url=url)
        assert read_tables(url) == read_tables(database_url)


def rewrite_manifest(path: Path, **changes: object) -> None:
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held["manifest.json"]) | changes
    held["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


def test_newer_backup_is_refused(
    back_up: Do, bring_back: Do, ledger: Connection, tmp_path: Path
) -> None:
    back_up(encrypted=False)
    rewrite_manifest(tmp_path / "ledger.backup", schema_version=99)
    assert "git pull" in bring_back(78)


def test_column_that_is_no_name_is_refused(
    back_up: Do, bring_back: Do, ledger: Connection, tmp_path: Path
) -> None:
    back_up(encrypted=False)
    table = {"name": "x; drop table y", "columns": [], "rows": 0, "sha256": ""}
    rewrite_manifest(tmp_path / "ledger.backup", tables=[table])
    bring_back(65)


@pytest.mark.parametrize("version", [2, 15, 19])
def test_older_ledger_is_restored_and_led_on(
    back_up: Do, bring_back: Do, postgres_server: Any, empty_database_url: str, version: int
) -> None:
    with postgres_server.lend_database() as older:
        lead_to(older, version)
        with closing(psycopg2.connect(older)) as opened, opened.cursor() as cursor:
            cursor.execute("insert into warehouse.dim_listener (account_id) values ('ana')")
            cursor.execute(
                "insert into warehouse.fact_play (played_at, track_key, ms_played, listener_key,"
                " ms_source) values ('2025-01-01', 0, 1000, 1, 1)"
            )
            opened.commit()
        back_up(url=older)
    assert f"tables at version {version}" in bring_back()
    assert read_rows(empty_database_url, "select version from warehouse.etl_schema") == [(20,)]
    plays = read_rows(empty_database_url, "select ms_listened from bi.play")
    assert plays == [(1000,)]


def test_file_of_somebody_else_is_left_alone(
    back_up: Do, bring_back: Do, ledger: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.backup"
    path.write_text("theirs")
    assert "no backup of Everheard's" in back_up(code=78)
    assert path.read_text() == "theirs"
    assert "no backup of Everheard's" in bring_back(65)


def test_backup_replaces_its_own_file(back_up: Do, ledger: Connection, tmp_path: Path) -> None:
    back_up()
    first = (tmp_path / "ledger.backup").read_bytes()
    back_up()
    assert (tmp_path / "ledger.backup").read_bytes() != first
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.backup", "home"}


def test_doctor_says_how_old_the_last_backup_is(
    back_up: Do, ledger: Connection, database_url: str
) -> None:
    assert "none yet" in str(check_backup(ledger))
    back_up()
    assert "today" in str(check_backup(ledger))
    with ledger.cursor() as cursor:
        cursor.execute("update warehouse.etl_run set ended_at = now() - interval '40 days 1 hour'")
    assert "40 days ago" in str(check_backup(ledger))


def test_settings_hide_the_passphrase() -> None:
    settings = make_settings("postgresql://a@h/d")
    assert "passphrase" not in repr(settings)


@pytest.mark.posix
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_stopped_backup_leaves_nothing_that_can_be_read(
    back_up: Do, ledger: Connection, database_url: str, tmp_path: Path, how: signal.Signals
) -> None:
    home, file = tmp_path / "home", tmp_path / "usb" / "ledger.backup"
    with subprocess.Popen(
        [sys.executable, "-m", "jobs.backup", str(file)],
        cwd=PROJECT_DIR,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "BACKUP_PASSPHRASE": PASSPHRASE,
            "EVERHEARD_HOME": str(home),
        },
        stdout=subprocess.DEVNULL,
    ) as process:
        while not list(home.glob("backup-*/clear.zip")) and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(how)
        process.wait()
    assert [path for path in file.parent.glob("*") if zipfile.is_zipfile(path)] == []
    if how == signal.SIGKILL:
        back_up()  # what was killed goes with the next
    assert list(home.glob("backup-*")) == []


def test_move_that_is_not_finished_is_not_backed_up(
    back_up: Do, ledger: Connection, database_url: str, tmp_path: Path
) -> None:
    unfinished = f"update warehouse.etl_schema set version = {UNFINISHED_MOVE}, oldest_code = 1"
    read_rows(database_url, unfinished)
    back_up(code=78)
    assert not (tmp_path / "ledger.backup").exists()


@pytest.mark.parametrize("place", [8, 10])
def test_flipped_bit_in_the_zip_is_told_as_damage(
    back_up: Do, bring_back: Do, ledger: Connection, tmp_path: Path, place: int
) -> None:
    back_up(encrypted=False)
    file = tmp_path / "ledger.backup"
    data = bytearray(file.read_bytes())
    data[data.index(b"PK\x01\x02") + place] ^= 1
    file.write_bytes(data)
    assert "damaged" in bring_back(code=65, passphrase="")
