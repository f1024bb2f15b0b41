"""What was fetched and could not be stored, kept until the database takes it.

One encrypted file an answer, in ``SPOOL_DIR``: trimmed to the fields we use, compressed,
encrypted with a key derived from the client secret. What is read back is checked like
any other input. Files that cannot be read are left alone and told of, never deleted.
"""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from everheard.encryption import NotDecryptable, decrypt, encrypt
from everheard.failure import ExitCode, Failure
from everheard.files import make_folder, remove_file, touch_file, write_file
from everheard.rims.counted import say_counted

_PURPOSE = "spool"
_EMPTIED = "emptied"


class SpoolTrouble(Failure):
    """What was fetched can be kept nowhere: the spool's folder does not take it."""

    exit_code = ExitCode.DATABASE_TROUBLE


class Spooled(NamedTuple):
    """One thing kept: an answer, or a token that Spotify put in another's place."""

    path: Path
    content: dict[str, Any]


class Spool:
    """A folder of encrypted files; a file's name says its kind, when and whose it is."""

    def __init__(self, folder: Path, client_secret: str) -> None:
        self._folder = folder
        self._client_secret = client_secret

    def add(self, kind: str, owner: str, content: dict[str, Any]) -> None:
        """Keep ``content`` for the owner (a fingerprint), whole or not at all.

        Raises SpoolTrouble where the folder does not take it.
        """
        packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode())
        name = f"{kind}-{time.time_ns():020d}-{owner[:16]}-{secrets.token_hex(3)}.encrypted"
        try:
            self._write(name, encrypt(self._client_secret, _PURPOSE, packed))
        except OSError as error:
            raise SpoolTrouble(
                f"The spool cannot be written to ({error.strerror}):"
                " set SPOOL_DIR to a folder with room, where this user may write."
            ) from None

    def _write(self, name: str, encrypted: bytes) -> None:
        make_folder(self._folder)
        write_file(self._folder / name, encrypted, is_durable=True)

    def read(self, kind: str, *owners: str) -> tuple[list[Spooled], list[str]]:
        """Return what is kept for the owners, oldest first, and a word on each unreadable file."""
        kept: list[Spooled] = []
        faults: list[str] = []
        patterns = [f"{kind}-*-{owner[:16]}-*.encrypted" for owner in owners]
        for path in sorted(path for each in patterns for path in self._folder.glob(each)):
            try:
                kept.append(Spooled(path, self._unpack(path.read_bytes())))
            except FileNotFoundError:
                continue  # another runner on this machine has just brought it in
            except (NotDecryptable, ValueError, zlib.error, OSError) as error:
                faults.append(f"spool file {path.name} cannot be read and was left alone: {error}")
        return kept, faults

    def holds(self, kind: str, owners: Collection[str]) -> bool:
        """Say whether anything readable is kept for one of the owners."""
        return any(self.read(kind, owner)[0] for owner in owners)

    def find_strays(self, owners: Collection[str]) -> list[str]:
        """Return a word on files that none of the owners will ever read."""
        marks = {owner[:16] for owner in owners}
        files = [path.name for path in self._folder.glob("*-*-*-*.encrypted")]
        count = sum(name.split("-")[-2] not in marks for name in files)
        if not count:
            return []
        return [
            f"{say_counted(count, 'spooled file was', 'spooled files were')} kept for a sign-in"
            " or a client secret that is no longer set: run once with the old one to bring that in."
        ]

    def remove(self, spooled: list[Spooled]) -> None:
        """Forget what the ledger has taken."""
        for one in spooled:
            remove_file(one.path)

    def remove_of(self, owners: Collection[str]) -> int:
        """Remove whatever is kept for the owners, readable or not; return how many files."""
        patterns = [f"*-*-{owner[:16]}-*.encrypted" for owner in owners]
        paths = {path for each in patterns for path in self._folder.glob(each)}
        for path in paths:
            remove_file(path)
        return len(paths)

    def was_emptied_within(self, duration: timedelta | None) -> bool:
        """Say whether this machine brought everything into the ledger that recently."""
        if duration is None:
            return False
        try:
            age = time.time() - (self._folder / _EMPTIED).stat().st_mtime
        except FileNotFoundError:
            return False
        return 0 <= age < duration.total_seconds()

    def note_emptied(self) -> None:
        """Note that everything is in the ledger now."""
        touch_file(make_folder(self._folder) / _EMPTIED)

    def forget_emptied(self) -> None:
        """Let the next load come at once."""
        remove_file(self._folder / _EMPTIED)

    def _unpack(self, encrypted: bytes) -> dict[str, Any]:
        content = json.loads(zlib.decompress(decrypt(self._client_secret, _PURPOSE, encrypted)))
        if not isinstance(content, dict):
            raise ValueError("not an answer")
        return content
