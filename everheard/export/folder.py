"""A folder of ours among other people's: a record in it says which files are ours.

New files are made in a folder beside, and put in place by one rename each once all are whole. A
file that was cut off, an export that was killed, a disk that is full leave the old ones whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from everheard.export.refusal import RefusedTarget
from everheard.files import (
    lend_folder,
    make_folder,
    move,
    read_file,
    remove_file,
    remove_folder,
    write_file,
)

RECORD = "everheard-export.json"
_MADE_BY = "Everheard export"
_BESIDE = ".everheard-export"


class KeptFile(NamedTuple):
    """What the record says of a file: which rows are in it, and what it then looked like.

    ``older``: what it looked like before, while a new one is being put in its place.
    """

    digest: str
    rows: int
    sha256: str
    older: str = ""


@dataclass
class _Waiting:
    made: Path
    kept: KeptFile


class ExportFolder:
    """A folder, its record, and the files that wait to be put in place. Names have slashes.

    ``only``: the one file that is ours, in a folder that is not; the record is called after it.
    """

    def __init__(self, folder: Path, *, only: str = "") -> None:
        self.folder = folder
        self._record = f".{only}.{RECORD}" if only else RECORD
        self._beside = f".{only}.everheard-export" if only else _BESIDE
        self._kept = _read_record(folder, self._record, is_shared=bool(only))
        self._waiting: dict[str, _Waiting] = {}
        self._seen: set[str] = set()

    @contextmanager
    def work(self) -> Iterator[Path]:
        """Lend a folder on the same disk, for files on their way; what a killed run left goes."""
        make_folder(self.folder)
        beside = self.folder / self._beside
        remove_folder(beside)
        with lend_folder(beside) as lent:
            yield lent

    def holds(self, name: str, digest: str) -> bool:
        """Say whether a file holds just these rows already, and is as we left it."""
        self._seen.add(name)
        kept = self._kept.get(name)
        if kept is None or kept.digest != digest:
            return False
        return self._is_same(name, kept.sha256)

    def add(self, name: str, made: Path, digest: str, rows: int) -> None:
        """Take a file that is whole, in the folder lent by ``work``; it is not in place yet."""
        path = self.folder / name
        if (path.exists() or path.is_symlink()) and not self._is_ours(name):
            raise RefusedTarget(
                f"{path} is there and Everheard did not write it like that: it is left alone."
                " Move it away, or name another place."
            )
        kept = KeptFile(digest, rows, _digest_file(made))
        if self._is_same(name, kept.sha256):
            remove_file(made)  # the same rows, which came in another order
            return
        self._waiting[name] = _Waiting(self.folder / self._beside / made.name, kept)

    def find_damaged(self) -> list[str]:
        """Return which of our files are not as we left them."""
        kept = sorted(self._kept.items())
        return [name for name, file in kept if not self._is_same(name, file.sha256)]

    def _is_ours(self, name: str) -> bool:
        """Say whether a file is as we left it, be it before an export that was cut off."""
        kept, path = self._kept.get(name), self.folder / name
        if kept is None or path.is_symlink():
            return False
        if path.is_file() and not path.stat().st_size:
            return True  # a disk that was full: nobody's words are lost with it
        return any(self._is_same(name, sha256) for sha256 in (kept.sha256, kept.older) if sha256)

    def _is_same(self, name: str, sha256: str) -> bool:
        try:
            return name in self._kept and _digest_file(self.folder / name) == sha256
        except OSError:
            return False

    def put_in_place(self, is_ours: Callable[[str], bool]) -> tuple[int, int]:
        """Put all in place; take away what ``is_ours`` to judge and was not seen.

        Returns how many files were written and how many went.
        """
        gone = {
            name
            for name in self._kept.keys() - self._seen
            if is_ours(name) and (self._is_ours(name) or not (self.folder / name).exists())
        }
        if not self._waiting and not gone:
            return 0, 0
        # Whoever is cut off from here on has files that the record knows, old or new.
        self._write_record(
            self._kept
            | {
                name: one.kept._replace(older=self._kept[name].sha256 if name in self._kept else "")
                for name, one in self._waiting.items()
            }
        )
        for name, one in self._waiting.items():
            make_folder((self.folder / name).parent)
            move(one.made, self.folder / name)
        for name in gone:
            remove_file(self.folder / name)
        kept = {name: one for name, one in self._kept.items() if name not in gone}
        self._kept = kept | {name: one.kept for name, one in self._waiting.items()}
        self._write_record(self._kept)
        return len(self._waiting), len(gone)

    def _write_record(self, kept: dict[str, KeptFile]) -> None:
        record = {
            "made_by": _MADE_BY,
            "files": {name: one._asdict() for name, one in sorted(kept.items())},
        }
        write_file(self.folder / self._record, json.dumps(record, indent=1) + "\n")


def _read_record(folder: Path, record: str, *, is_shared: bool) -> dict[str, KeptFile]:
    """Return what we wrote here; raise RefusedTarget for what is somebody else's."""
    if not folder.exists() and not folder.is_symlink():
        return {}
    if not folder.is_dir():
        raise RefusedTarget(f"{folder} is no folder: name a new or an empty one.")
    if (folder / record).exists():
        return _understand(folder / record)
    if not is_shared and any(path.name != _BESIDE for path in folder.iterdir()):
        raise RefusedTarget(
            f"Everheard did not write what is in {folder}, and leaves it alone:"
            " name a new or an empty folder."
        )
    return {}


def _understand(path: Path) -> dict[str, KeptFile]:
    try:
        record: Any = json.loads(read_file(path))
        if record["made_by"] == _MADE_BY:
            return {str(name): KeptFile(**one) for name, one in record["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise RefusedTarget(
        f"{path.parent} is left alone: its {path.name} cannot be read, so nobody knows which"
        " files are ours. Name another place."
    )


def _digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
