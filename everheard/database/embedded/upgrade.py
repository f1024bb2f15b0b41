"""A cluster of an older PostgreSQL, brought to this one's in place, by ``pg_upgrade``.

The wheel brings the programs of the version before, too. Everything is copied, so that the old
cluster is whole until the new one has started; then it goes.
After https://www.postgresql.org/docs/18/pgupgrade.html.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from everheard.database.embedded.cluster import (
    NAME,
    Cluster,
    await_running,
    find_reason,
    initialise,
    launch,
    settle_socket_dir,
    start_cluster,
    stop_cluster,
    write_settings,
)
from everheard.database.embedded.folder import Layout, find_socket_dir, spell_plainly, uses_tcp
from everheard.failure import DatabaseTrouble
from everheard.files import move, own_folder, read_file, remove_folder

#: Beside the data: where the new cluster is made, and where the old one waits to be removed.
NEW, OLD = "data-new", "data-old"


def read_version(layout: Layout) -> str:
    """Return the major version whose server made the data."""
    return read_file(layout.data_dir / "PG_VERSION").decode("ascii").strip()


def find_programs(wheel: Path, version: str) -> Path | None:
    """Return the folder of a version's programs, None where the wheel does not bring them."""
    for folder in sorted(wheel.glob("pginstall*/bin")):
        header = folder.parent / "include" / "pg_config.h"
        text = header.read_text(errors="replace") if header.exists() else ""
        if f'#define PG_MAJORVERSION "{version}"' in text:
            return folder
    return None


def upgrade_cluster(cluster: Cluster, old_programs: Path) -> None:
    """Bring the data to the version of ``cluster``'s programs, and start the server.

    Cut off at any point, it is taken up again: the old data is moved away only after the new one
    is whole. Raises DatabaseTrouble where PostgreSQL's own programs refuse.
    """
    layout = cluster.layout
    old = replace(cluster, programs=old_programs)
    _shut_down(old)
    remove_folder(layout.folder / NEW)
    password = read_file(layout.passfile).decode().strip().rpartition(":")[2]
    checksums = [] if _has_checksums(old) else ["--no-data-checksums"]
    initialise(cluster, layout.folder / NEW, password, *checksums)
    write_settings(cluster, layout.folder / NEW)
    _transfer(cluster, old)
    move(layout.data_dir, layout.folder / OLD)
    move(layout.folder / NEW, layout.data_dir)
    start_cluster(cluster)
    remove_folder(layout.folder / OLD)


def finish_upgrade(layout: Layout) -> None:
    """Put right what was cut off between two renames: then the new data is whole."""
    if (layout.folder / OLD).exists() and not layout.data_dir.exists():
        move(layout.folder / NEW, layout.data_dir)


def _shut_down(old: Cluster) -> None:
    """Stop the old server, once more after a crash: pg_upgrade wants its log written down."""
    if not await_running(old):
        launch(old)
    stop_cluster(old)


def _has_checksums(old: Cluster) -> bool:
    _, said = old.run("pg_controldata", f"--pgdata={old.layout.data_dir.name}", LC_ALL="C")
    return any(
        line.startswith("Data page checksum version:") and line.split()[-1] != "0"
        for line in said.splitlines()
    )


def _transfer(cluster: Cluster, old: Cluster) -> None:
    layout = cluster.layout
    with _lend_sockets(cluster) as sockets:
        code, said = cluster.run(
            "pg_upgrade",
            f"--old-datadir={layout.data_dir.name}",
            f"--new-datadir={NEW}",
            f"--old-bindir={spell_plainly(old.programs)}",
            f"--new-bindir={spell_plainly(cluster.programs)}",
            f"--username={NAME}",
            *sockets,
            PGPASSFILE=spell_plainly(layout.passfile),
        )
    if code:
        raise DatabaseTrouble(
            f"The data in {layout.data_dir} could not be brought to a newer PostgreSQL, and is as"
            f" it was: {find_reason(said)}."
        )


@contextmanager
def _lend_sockets(cluster: Cluster) -> Iterator[list[str]]:
    """Lend pg_upgrade a private folder with a short name; where there is none, until it is done."""
    socket_dir = None if uses_tcp() else find_socket_dir(cluster.layout)
    if uses_tcp():
        yield []
    elif socket_dir:
        settle_socket_dir(socket_dir, cluster.account)
        yield [f"--socketdir={socket_dir}"]
    else:
        with tempfile.TemporaryDirectory(prefix="everheard-") as folder:
            if cluster.account.owner:
                own_folder(Path(folder), cluster.account.owner)
            yield [f"--socketdir={folder}"]
