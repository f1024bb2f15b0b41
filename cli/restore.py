"""Bring a backup into an empty database: ``python start.py restore FILE``."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from cli.commands import make_parser
from everheard.config import read_settings
from everheard.export.archive import BadBackup, open_backup
from everheard.export.passphrase import is_encrypted
from everheard.export.refusal import needing_place
from everheard.rims.counted import say_counted
from everheard.rims.secrets import know
from everheard.workplace import private_folder
from migrate.restore import restore


def main(argv: list[str]) -> int:
    """Check the file whole, then restore it in one transaction."""
    parser = make_parser(
        "restore", "Bring a backup into an empty database; one that holds a ledger is refused."
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
    options = parser.parse_args(argv)
    settings = read_settings(needs_spotify=False)
    path: Path = options.file.expanduser()
    if not path.is_file():
        raise BadBackup(f"There is no file {path}.")
    passphrase = settings.backup_passphrase
    if is_encrypted(path) and not passphrase and sys.stdin.isatty():
        passphrase = getpass.getpass("Passphrase of the backup: ")
        know(passphrase)
    with (
        needing_place(settings.home),
        private_folder(settings.home, "restore") as folder,
        open_backup(path, folder, passphrase) as backup,
    ):
        print(
            f"The backup of {backup.made_at:%Y-%m-%d %H:%M} UTC holds"
            f" {say_counted(backup.row_count, 'row')}, tables at version {backup.version}."
        )
        for sentence in restore(settings, backup, folder):
            print(sentence)
    print(
        "restore: all of it is there. Sign-ins are in no backup: `python start.py authorize`"
        " makes a new one, and tokens of the API are made anew, too."
    )
    return 0
