"""Put the whole ledger into one file, encrypted with a passphrase.

When:   daily on Actions, if chosen, or by hand (`python start.py backup FILE`).
Reads:  every table of the ledger, at one moment, but for sign-ins and tokens.
Writes: the file; nothing in the ledger.
Grain:  one file a run.
Again:  a second run replaces its own file, and no other.
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from everheard.export.archive import BadBackup, is_backup, write_backup
from everheard.export.refusal import needing_place
from everheard.failure import ConfigurationError
from everheard.files import make_folder, move, remove_file
from everheard.rims.plain import to_line
from everheard.rims.secrets import know
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.workplace import private_folder


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where the file goes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to write")
    parser.add_argument(
        "--encrypted", action="store_true", help="refuse to write it without a passphrase"
    )


def work(run: Run) -> Figures:
    """Write the file beside, and put it in place when it is whole."""
    path: Path = run.options.file.expanduser()
    if (path.exists() or path.is_symlink()) and not (path.is_file() and is_backup(path)):
        raise ConfigurationError(
            [f"{path} is there and is no backup of Everheard's: name another file"]
        )
    passphrase = ask_passphrase(run, "Passphrase for the backup (nothing: not encrypted): ")
    if run.options.encrypted and not passphrase:
        raise ConfigurationError(["BACKUP_PASSPHRASE is not set, and --encrypted wants one"])
    connection = run.ledger.connect()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.everheard")
    # What is not encrypted yet stays on this machine, in a folder that a later backup would empty.
    with (
        needing_place(path),
        clearing_up(),
        private_folder(run.settings.home, "backup") as folder,
    ):
        make_folder(path.parent)
        try:
            backup = write_backup(connection, beside, folder, passphrase)
            if not run.options.dry_run:
                move(beside, path)
        finally:
            remove_file(beside)
    if not passphrase:
        print(f"{to_line(path)} is not encrypted: whoever has the file can read it.")
    return Figures(
        {
            "tables": f"{len(backup.tables)}",
            "rows": f"{backup.row_count}",
            "encrypted": "yes" if passphrase else "no",
        },
        fetched_count=backup.row_count,
        new_count=0 if run.options.dry_run else 1,
    )


@contextmanager
def clearing_up() -> Iterator[None]:
    """Let a run that is told to stop (SIGTERM) end by way of whatever clears up."""

    def end(*_: object) -> None:
        raise SystemExit(143)

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # not the main thread, which cannot be told
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def ask_passphrase(run: Run, question: str) -> str:
    """Return the passphrase of the settings, else what is typed, where somebody sits."""
    if run.settings.backup_passphrase or not sys.stdin.isatty():
        return run.settings.backup_passphrase
    typed = getpass.getpass(question)
    if typed and getpass.getpass("Once more: ") != typed:
        raise BadBackup("These were two passphrases: nothing was written.")
    know(typed)
    return typed


JOB = Job("backup", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
