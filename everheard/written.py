"""What we wrote into a folder where a listener works, so that nothing of theirs is lost there.

A record beside the files says what each held when we wrote it. What is not in it, or was
changed since, is the listener's. All files are written beside first and then put in place, each
by one rename; where one cannot be, those before it go back: all of it is new, or nothing is.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import stat
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from everheard.failure import ConfigurationError
from everheard.files import (
    PRIVATE,
    PRIVATE_FOLDER,
    PUBLIC,
    PUBLIC_FOLDER,
    make_folder,
    move,
    open_to_all,
    read_file,
    remove_file,
    remove_folder,
    write_file,
)

RECORD = ".everheard.json"


class Written:
    """A folder, and the record of what we wrote into it. Names are relative, with slashes.

    ``records``: a folder of ours for the record, where the folder itself is to hold nothing else.
    """

    def __init__(
        self, folder: Path, *, is_public: bool = False, records: Path | None = None
    ) -> None:
        self.folder = folder
        self._kept_in = folder / RECORD
        if records:
            self._kept_in = records / f"{_digest(str(folder.absolute()).encode())[:16]}.json"
        self._mode = PUBLIC if is_public else PRIVATE
        self._folder_mode = PUBLIC_FOLDER if is_public else PRIVATE_FOLDER
        self._record = _read_record(self._kept_in)

    @property
    def names(self) -> set[str]:
        """What we wrote here."""
        return set(self._record)

    def find_strange(self, names: Iterable[str]) -> list[str]:
        """Return which names are taken by something that we never wrote."""
        return [name for name in names if name not in self._record and self._holds(name)]

    def knows(self, files: Mapping[str, bytes]) -> bool:
        """Say whether we wrote all of these before, as they are."""
        return all(_digest(text) in self._record.get(name, ()) for name, text in files.items())

    def find_theirs(self, names: Iterable[str]) -> list[str]:
        """Return which files are the listener's: never written by us, or changed since."""
        return [
            name
            for name in names
            if self._holds(name) and _digest(self._read(name)) not in self._record.get(name, ())
        ]

    def holds(self, name: str, content: bytes) -> bool:
        """Say whether a file is there and holds just that."""
        return self._holds(name) and self._read(name) == content

    def adopt(self, names: Iterable[str]) -> None:
        """Take files for ours that no record tells of, as they are now."""
        found = [name for name in names if self._holds(name)]
        self._record |= {name: [_digest(self._read(name))] for name in found}

    def refuse_strange(self, names: Iterable[str], cure: str) -> None:
        """Raise ConfigurationError before something that we never wrote would be overwritten."""
        if strange := self.find_strange(names):
            raise ConfigurationError(
                [
                    f"{self.folder} holds {', '.join(sorted(strange)[:3])}, which Everheard did"
                    f" not write and leaves alone; nothing was written: {cure}"
                ]
            )

    def write(self, files: Mapping[str, bytes], *, outdated: Collection[str] = ()) -> None:
        """Put all files in place and take the outdated ones away, or change nothing.

        Raises OSError with the path of the file that stood in the way.
        """
        make_folder(self.folder, mode=self._folder_mode)
        if self._mode == PUBLIC and sys.platform != "win32":
            open_to_all(self.folder)
        waiting = {name: content for name, content in files.items() if not self._has(name, content)}
        gone = [name for name in outdated if self._holds(name)]
        beside = self.folder / f".everheard-{secrets.token_hex(4)}"
        make_folder(beside)
        digests = {name: [_digest(content)] for name, content in files.items()}
        # Cut off in the middle, both the old content and the new one are known as ours.
        known = {name: [*self._record.get(name, []), *digests[name]] for name in digests}
        try:
            for name, content in waiting.items():
                self._write_below(beside / "new", name, content)
            self._keep_record(self._record | known)
        except OSError:  # no room, say: nothing of the listener's was touched yet
            remove_folder(beside)
            raise
        self._swap(beside, waiting, gone)
        remove_folder(beside)
        kept = {name: text for name, text in self._record.items() if name not in gone}
        self._keep_record(kept | digests)

    def _swap(self, beside: Path, files: Collection[str], gone: Collection[str]) -> None:
        moved: list[str] = []
        try:
            for name in (*files, *gone):
                if self._holds(name):
                    make_folder((beside / "old" / name).parent)
                    move(self.folder / name, beside / "old" / name)
                moved.append(name)
                if name in files:
                    make_folder((self.folder / name).parent, mode=self._folder_mode)
                    move(beside / "new" / name, self.folder / name)
        except BaseException as error:
            if isinstance(error, OSError):
                error.filename, error.filename2 = str(self.folder / name), None
            if self._put_back(beside / "old", moved):
                remove_folder(beside)
            raise

    def _put_back(self, old: Path, moved: list[str]) -> bool:
        """Undo what was put in place; say whether all of it could be."""
        is_whole = True
        for name in reversed(moved):
            with suppress(OSError):
                remove_file(self.folder / name)
            try:
                move(old / name, self.folder / name)
            except (FileNotFoundError, NotADirectoryError):
                continue  # there was none before
            except OSError:
                is_whole = False
        return is_whole

    def _write_below(self, folder: Path, name: str, content: bytes) -> None:
        make_folder((folder / name).parent)
        write_file(folder / name, content, mode=self._mode)

    def _holds(self, name: str) -> bool:
        path = self.folder / name
        return path.exists() or path.is_symlink()

    def _has(self, name: str, content: bytes) -> bool:
        """Say whether a file stands as it is to be, its mode too: then nobody has to let go."""
        path = self.folder / name
        if not path.is_file() or path.is_symlink() or self._read(name) != content:
            return False
        return sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == self._mode

    def _read(self, name: str) -> bytes:
        try:
            return read_file(self.folder / name)
        except OSError:  # a folder, a link: none of ours
            return b""

    def _keep_record(self, record: Mapping[str, list[str]]) -> None:
        self._record = dict(record)
        text = json.dumps(self._record, indent=0, sort_keys=True)
        make_folder(self._kept_in.parent, mode=self._folder_mode)
        write_file(self._kept_in, text, mode=self._mode)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_record(path: Path) -> dict[str, list[str]]:
    """Return name -> what it held; a missing or damaged record knows of nothing."""
    try:
        record = json.loads(read_file(path))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
