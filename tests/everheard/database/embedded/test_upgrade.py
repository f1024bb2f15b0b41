"""Data that an older PostgreSQL made is brought along, whole, whatever cuts it off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from everheard.database import embedded
from everheard.database.embedded import server, upgrade
from everheard.database.embedded.account import settle_account, settle_folder, settle_programs
from everheard.database.embedded.cluster import NAME, Cluster
from everheard.database.embedded.folder import Layout
from everheard.failure import DatabaseTrouble

pytestmark = pytest.mark.posix

OLD_VERSION = "16"


def ask(url: str, query: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


@pytest.fixture
def old(home: Path) -> Iterator[Cluster]:
    """Lend a cluster of PostgreSQL 16 in the place of the embedded one, with a row in it."""
    found = upgrade.find_programs(embedded.bin_dir().parents[1], OLD_VERSION)
    assert found is not None, "the wheel brings no PostgreSQL 16 any more: take what it brings"
    account = settle_account()
    cluster = Cluster(settle_folder(home, account), settle_programs(found, account), account)
    make_old_cluster(cluster)
    yield cluster
    if cluster.layout.data_dir.exists() and upgrade.read_version(cluster.layout) == OLD_VERSION:
        cluster.run("pg_ctl", "stop", "--pgdata=data", "--mode=immediate")


def make_old_cluster(cluster: Cluster) -> None:
    layout = cluster.layout
    for path, text in (
        (layout.passfile, f"*:*:*:{NAME}:secret\n"),
        (layout.folder / "pw", "secret"),
    ):
        path.write_text(text)
        path.chmod(0o600)
        cluster.account.own(path)
    made = cluster.run(
        "initdb", "--pgdata=data", f"--username={NAME}", "--pwfile=pw", "--auth=scram-sha-256",
        "--encoding=UTF8", "--locale=C", "--no-sync",
    )  # fmt: skip
    assert made[0] == 0, made[1]
    with (layout.data_dir / "postgresql.conf").open("a") as file:
        file.write(
            f"\nlisten_addresses = ''\nunix_socket_directories = '{layout.folder}'\nport = 5432\n"
        )
    assert start_old(cluster) == 0
    way = f"host={layout.folder} user={NAME} password=secret dbname="
    kept = "create table kept (name text); insert into kept values ('Sigur Rós')"
    for database, statement in (("postgres", f"create database {NAME}"), (NAME, kept)):
        done = cluster.run("psql", "-X", "-q", "-c", statement, way + database)
        assert done[0] == 0, done[1]


def start_old(cluster: Cluster) -> int:
    return cluster.run("pg_ctl", "start", "--pgdata=data", "--log=server.log", "--wait")[0]


def read_kept(home: Path) -> object:
    return ask(
        embedded.start(home).url,
        "select name, current_setting('server_version_num')::int / 10000 from kept",
    )


def list_folders(layout: Layout) -> set[str]:
    return {path.name for path in layout.folder.glob("data*")}


def stop_old(cluster: Cluster, mode: str = "fast") -> None:
    code, said = cluster.run("pg_ctl", "stop", "--pgdata=data", f"--mode={mode}", "--wait")
    assert code == 0, said


def test_older_server_serves_until_it_is_stopped_and_its_data_is_brought_along_then(
    old: Cluster, home: Path
) -> None:
    assert read_kept(home) == ("Sigur Rós", 16)
    stop_old(old)
    assert read_kept(home) == ("Sigur Rós", 18)
    assert list_folders(old.layout) == {"data"}
    assert read_kept(home) == ("Sigur Rós", 18)


def test_data_of_a_server_that_was_killed_is_brought_along_too(old: Cluster, home: Path) -> None:
    stop_old(old, "immediate")
    assert read_kept(home) == ("Sigur Rós", 18)


def test_upgrade_that_fails_leaves_the_old_data_as_it_was(
    old: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_old(old)

    def refuse(*_: object) -> None:
        raise DatabaseTrouble("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(upgrade, "_transfer", refuse)
        with pytest.raises(DatabaseTrouble):
            embedded.start(home)
    assert upgrade.read_version(old.layout) == OLD_VERSION
    assert read_kept(home) == ("Sigur Rós", 18)


def test_upgrade_that_was_cut_off_between_two_renames_is_finished(old: Cluster, home: Path) -> None:
    stop_old(old)
    assert read_kept(home) == ("Sigur Rós", 18)
    embedded.stop(home)
    old.layout.data_dir.rename(old.layout.folder / upgrade.NEW)
    (old.layout.folder / upgrade.OLD).mkdir()
    assert read_kept(home) == ("Sigur Rós", 18)


def test_data_of_a_version_that_nobody_brings_is_named_and_left_alone(
    old: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop_old(old)
    monkeypatch.setattr(server, "find_programs", lambda *_: None)
    with pytest.raises(server.ConfigurationError, match="made by PostgreSQL 16"):
        embedded.start(home)
    assert upgrade.read_version(old.layout) == OLD_VERSION
