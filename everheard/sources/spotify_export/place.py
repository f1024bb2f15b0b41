"""One place that a person names, looked into: a folder, a file, and whatever wraps a history."""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from everheard.sources.spotify_export.archive import (
    Refused,
    Room,
    refusing_damage,
    walk_tar,
    walk_zip,
)
from everheard.sources.spotify_export.content import Content, Layer
from everheard.sources.spotify_export.found import FoundFiles, HistoryFile, show_name
from everheard.sources.spotify_export.recognise import (
    HALF,
    HEAD_SIZE,
    UNPACK,
    What,
    is_half,
    is_meant,
    recognise,
)

_WHICH_HISTORY = (
    "ask Spotify for the extended streaming history, at https://www.spotify.com/account/privacy/"
)
#: Of a zip in a zip in a zip, and so on, this many are opened.
MOST_LAYERS = 4
#: Of zips that lie in others this many are opened in one place.
MOST_INNER = 200
_PACKED_NAME = re.compile(r"\.(gz|bz2|xz|zst)$", re.IGNORECASE)
_TAR_NAME = re.compile(r"\.t(gz|bz2?|xz|zst)$", re.IGNORECASE)
#: Windows: what the file holds is in a cloud.
_IS_AWAY = 0x1000 | 0x40000 | 0x400000


class _Entry(NamedTuple):
    """A file to be put where it belongs; ``member``: its name inside the outermost archive."""

    name: str
    content: Content
    size: int
    what: What
    member: str | None = None

    @property
    def base(self) -> str:
        """Return its name without folders."""
        return self.name.rpartition("/")[2]

    @property
    def is_meant(self) -> bool:
        """Say whether it is named, or lies in an archive that is named, like a history."""
        return is_meant(self.base) or (bool(self.member) and is_meant(self.content.path.name))


class NamedPlace:
    """One place: ``look`` adds what is there to what was found.

    ``inside``: of an archive only what lies there is looked at. ``seen``: files of other places.
    """

    def __init__(
        self, path: Path, inside: str, found: FoundFiles, seen: set[Path], *, accepts_large: bool
    ) -> None:
        self._path = path
        self._inside = inside
        self._found = found
        self._seen = seen
        self._accepts_large = accepts_large
        self._room = Room(accepts_large=accepts_large)
        #: What may hold a history and cannot be read: where, why not, what it is.
        self._stuck: list[tuple[_Entry, str, str]] = []
        self._account: list[str] = []
        self._inner_count = 0

    def look(self) -> None:
        """Find the files of a history here; a place without any is refused by name."""
        found = self._found
        files_before, refused_before = len(found.files), len(found.refusals)
        paths = sorted(self._walk()) if self._path.is_dir() else [self._path]
        fresh = [path for path in paths if path.resolve() not in self._seen]
        for path in fresh:
            self._seen.add(path.resolve())
            self._look_at(path)
        if paths and not fresh:
            return
        has_history = len(found.files) > files_before
        for entry, reason, telling in self._stuck:
            if has_history and not entry.is_meant:
                found.passed_over.append((entry.base, telling))
            else:
                found.refusals.append((entry.base, reason))
        if not has_history and len(found.refusals) == refused_before:
            found.refusals.append((show_name(self._path.name or str(self._path)), self._tell()))

    def _tell(self) -> str:
        """Say what a place holds that holds no history."""
        if self._inside:
            return f"holds no listening history at {show_name(self._inside)}"
        if any("short form" in telling for telling in self._account):
            return f"holds the short form of the history (minutes, no ids): {_WHICH_HISTORY}"
        if self._account:
            holds = ", ".join(dict.fromkeys(self._account[:3]))
            return f"holds {holds} and no listening history: {_WHICH_HISTORY}"
        return f"holds no listening history: {_WHICH_HISTORY}"

    def _walk(self) -> Iterator[Path]:
        def refuse(error: OSError) -> None:
            name = show_name(Path(str(error.filename)).name)
            self._found.refusals.append((name, f"cannot be read ({error.strerror})"))

        for folder, _, names in os.walk(self._path, onerror=refuse):
            yield from (path for name in names if (path := Path(folder, name)).is_file())

    def _look_at(self, path: Path) -> None:
        inner = path.name if path == self._path else str(path.relative_to(self._path.parent))
        name = show_name(inner.replace(os.sep, "/"))
        status = None
        try:
            with refusing_damage("cannot be read"):
                status = path.stat()
                if not stat.S_ISREG(status.st_mode):
                    raise Refused("is neither a file nor a folder")
                with path.open("rb") as file:
                    head = file.read(HEAD_SIZE)
        except Refused as refusal:
            is_away = getattr(status, "st_file_attributes", 0) & _IS_AWAY
            cure = ": have the cloud's program download it" if is_away else ""
            self._found.refusals.append((name.rpartition("/")[2], f"{refusal}{cure}"))
            return
        what = recognise(name, head)
        if what.kind == "other" and _ends_like_zip(path):  # whatever stands before it
            what = What("zip", "a zip")
        self._room = Room(accepts_large=self._accepts_large)
        self._sort(_Entry(name, Content(path), status.st_size, what))

    def _sort(self, entry: _Entry) -> None:
        """Put a file where it belongs; open it where it wraps others."""
        what, found = entry.what, self._found
        if what.kind in ("audio", "video"):
            source, is_audio = show_name(entry.content.path.name), what.kind == "audio"
            found.files.append(
                HistoryFile(entry.base, entry.content, entry.member, is_audio, entry.size, source)
            )
        elif what.kind in ("zip", "tar", "packed"):
            self._open(entry)
        elif what.kind == "stuck":
            self._stuck.append((entry, what.refusal, what.telling))
        else:
            self._account += [what.telling] if what.kind == "account" else []
            found.passed_over.append((entry.base, what.telling))

    def _open(self, entry: _Entry) -> None:
        """Look into a wrapping; one that cannot be opened, or holds nothing, is told by name."""
        passed_before, known_before = len(self._found.passed_over), self._count_known()
        try:
            self._check_depth(entry.content)
            inner = self._unpack(entry) if entry.what.kind == "packed" else self._unfold(entry)
        except Refused as refusal:
            reason = HALF.refusal if is_half(entry.name) else str(refusal)
            self._stuck.append((entry, reason, f"{entry.what.telling} that cannot be read"))
            return
        for one in inner:
            self._sort(one)
        is_place = entry.content == Content(self._path)
        if not is_place and self._count_known() == known_before:
            telling = f"{entry.what.telling} without a history"
            self._found.passed_over[passed_before:] = [(entry.base, telling)]

    def _count_known(self) -> int:
        found = self._found
        return len(found.files) + len(found.refusals) + len(self._stuck) + len(self._account)

    def _check_depth(self, content: Content) -> None:
        self._inner_count += bool(content.layers)
        if len(content.layers) >= MOST_LAYERS or self._inner_count > MOST_INNER:
            raise Refused(f"lies too deep in other archives: {UNPACK}")

    def _unfold(self, entry: _Entry) -> list[_Entry]:
        """Return the files of an archive."""
        kind: Literal["zip", "tar"] = "zip" if entry.what.kind == "zip" else "tar"
        inner = []
        with entry.content.open() as stream:
            for member in (walk_zip if kind == "zip" else walk_tar)(stream, self._room):
                name = show_name(member.name.replace("\\", "/"))
                if not name or member.trouble:
                    self._give_up(entry, name, member.trouble)
                elif self._is_asked_for(entry, name):
                    what = recognise(name, member.head)
                    content = entry.content.within(Layer(kind, member.place))
                    inner.append(_Entry(name, content, member.size, what, entry.member or name))
        return inner

    def _give_up(self, entry: _Entry, name: str, trouble: str) -> None:
        """Tell of a file in an archive, or of some without a name, that cannot be read."""
        if name.lower().endswith(".json"):  # it may have been a history
            self._found.refusals.append((name.rpartition("/")[2], trouble))
        elif name:
            self._stuck.append((entry._replace(name=name, member=name), trouble, "damaged"))
        else:
            self._stuck.append((entry, trouble, f"{entry.what.telling} that cannot be read whole"))

    def _is_asked_for(self, entry: _Entry, name: str) -> bool:
        if not self._inside or entry.content.layers:
            return True
        return name == self._inside or name.startswith(f"{self._inside}/")

    def _unpack(self, entry: _Entry) -> list[_Entry]:
        """Return what a stream packer packed: one file."""
        content = entry.content.within(Layer("packed"))
        name = _PACKED_NAME.sub("", _TAR_NAME.sub(".tar", entry.name))
        with content.open() as stream:
            what = recognise(name, stream.read(HEAD_SIZE))
        is_wanted = what.kind not in ("other", "account", "stuck")
        size = content.count_size(self._room) if is_wanted else 0
        return [_Entry(name, content, size, what, entry.member or name)]


def _ends_like_zip(path: Path) -> bool:
    with refusing_damage("cannot be read"):
        return zipfile.is_zipfile(path)
