"""A cluster of an older PostgreSQL, brought to this one's in place, by ``pg_upgrade``.

The wheel brings the programs of the version before, too. Everything is copied, so that the old
cluster is whole until the new one has started; then it goes.
After https://www.postgresql.org/docs/18/pgupgrade.html.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from everheard.database.embedded.cluster import (
    NAME,
    Cluster,
    await_running,
    find_reason,
    initialise,
    launch,
    start_cluster,
    stop_cluster,
    write_settings,
)
from everheard.database.embedded.folder import Layout, find_socket_dir, spell_plainly, uses_tcp
from everheard.failure import DatabaseTrouble

#: Beside the data: where the new cluster is made, and where the old one waits to be removed.
NEW, OLD = "data-new", "data-old"


def read_version(layout: Layout) -> str:
    """Return the major version whose server made the data."""
    return (layout.data_dir / "PG_VERSION").read_text(encoding="ascii").strip()


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
    shutil.rmtree(layout.folder / NEW, ignore_errors=True)
    password = layout.passfile.read_text().strip().rpartition(":")[2]
    checksums = [] if _has_checksums(old) else ["--no-data-checksums"]
    initialise(cluster, layout.folder / NEW, password, *checksums)
    write_settings(cluster, layout.folder / NEW)
    _transfer(cluster, old)
    layout.data_dir.rename(layout.folder / OLD)
    (layout.folder / NEW).rename(layout.data_dir)
    start_cluster(cluster)
    shutil.rmtree(layout.folder / OLD, ignore_errors=True)


def finish_upgrade(layout: Layout) -> None:
    """Put right what was cut off between two renames: then the new data is whole."""
    if (layout.folder / OLD).exists() and not layout.data_dir.exists():
        (layout.folder / NEW).rename(layout.data_dir)


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
    sockets = []
    if not uses_tcp():
        socket_dir = find_socket_dir(layout)
        socket_dir.mkdir(mode=0o700, exist_ok=True)
        cluster.account.own(socket_dir)
        sockets = [f"--socketdir={socket_dir}"]
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
