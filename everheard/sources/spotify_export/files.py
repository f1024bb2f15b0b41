"""Which files of what a person names hold a listening history."""

from __future__ import annotations

import glob
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Literal, NoReturn

from everheard.sources.spotify_export.archive import Refused, open_archive, refusing_damage

if TYPE_CHECKING:
    from tqdm import tqdm

Kind = Literal["audio", "video", "account", "other"]
WHICH_HISTORY = (
    "ask Spotify for the extended streaming history, at https://www.spotify.com/account/privacy/"
)
_EXTENDED = re.compile(r"(streaming_history_(audio|video)|endsong|endvideo).*\.json", re.IGNORECASE)
_ACCOUNT = re.compile(r"streaminghistory.*\.json", re.IGNORECASE)
_HEAD_SIZE = 65_536


@dataclass(frozen=True)
class HistoryFile:
    """One file of an extended history: in a folder, or a member of a zip.

    ``source_name``: the zip's name, or the file's own; what its time span is counted under.
    """

    name: str
    path: Path
    member: str | None
    is_audio: bool
    size: int
    source_name: str

    @property
    def container(self) -> str:
        """Return the zip or folder that it lies in."""
        return str(self.path if self.member else self.path.parent)

    def read_chunks(self, size: int) -> Iterator[bytes]:
        """Yield the content in chunks; raise Refused where it cannot be read."""
        with refusing_damage(), ExitStack() as stack:
            if self.member is None:
                content: IO[bytes] = stack.enter_context(self.path.open("rb"))
            else:
                archive = stack.enter_context(zipfile.ZipFile(self.path))
                content = stack.enter_context(archive.open(self.member))
            while chunk := content.read(size):
                yield chunk


@dataclass
class FoundFiles:
    """What lies in the places that were named; ``refusals``: (name, what is wrong with it)."""

    files: list[HistoryFile] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    #: Files of the short form that lie beside an extended history.
    account_count: int = 0


def find_sources(arguments: Iterable[str], *, accepts_large: bool = False) -> FoundFiles:
    """Look into files, folders, zips and patterns; whatever holds no history is refused by name."""
    found = FoundFiles()
    seen: set[Path] = set()
    for argument in arguments:
        paths = _expand(argument)
        if not paths:
            found.refusals.append((Path(argument).name or argument, "is not there"))
        for path in paths:
            _look_into(path, found, seen, accepts_large=accepts_large)
    found.files.sort(key=_place_in_time)
    return found


def _expand(argument: str) -> list[Path]:
    """Return what an argument names; Windows leaves wildcards to us."""
    path = Path(argument).expanduser()
    if path.exists():
        return [path]
    names = glob.glob(str(path), recursive=True)  # noqa: PTH207 (a pattern may be absolute)
    return [Path(name) for name in sorted(names)]


def _look_into(path: Path, found: FoundFiles, seen: set[Path], *, accepts_large: bool) -> None:
    """Add what one place holds to ``found``, once; a place without any history is refused."""
    files_before, account_before = len(found.files), found.account_count
    refused_before = len(found.refusals)
    inner = sorted(path.rglob("*")) if path.is_dir() else [path]
    is_new = False
    for one in inner:
        if one.is_file() and one.resolve() not in seen:
            is_new = True
            seen.add(one.resolve())
            try:
                _sort_file(one, found, accepts_large=accepts_large)
            except Refused as refusal:
                found.refusals.append((one.name, str(refusal)))
    if not is_new and any(one.resolve() in seen for one in inner):
        return
    if len(found.files) == files_before and len(found.refusals) == refused_before:
        if found.account_count > account_before:
            reason = f"holds the short form of the history (minutes, no ids): {WHICH_HISTORY}"
        else:
            reason = f"holds no listening history: {WHICH_HISTORY}"
        found.refusals.append((path.name or str(path), reason))


def _sort_file(path: Path, found: FoundFiles, *, accepts_large: bool) -> None:
    if path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        with open_archive(path, accepts_large=accepts_large) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    _sort_member(path, archive, member, found)
        return
    name = path.name
    with refusing_damage(), path.open("rb") as content:
        kind = find_kind(name, content.read(_HEAD_SIZE))
    _file_under(
        kind, HistoryFile(name, path, None, kind == "audio", path.stat().st_size, name), found
    )


def _sort_member(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, found: FoundFiles
) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/")).name
    head = b""
    if name.lower().endswith(".json") and not _EXTENDED.fullmatch(name):
        try:
            with refusing_damage(), archive.open(member) as content:
                head = content.read(_HEAD_SIZE)
        except Refused as refusal:  # it may have been a history
            found.refusals.append((name, str(refusal)))
            return
    kind = find_kind(name, head)
    file = HistoryFile(name, path, member.filename, kind == "audio", member.file_size, path.name)
    _file_under(kind, file, found)


def _file_under(kind: Kind, file: HistoryFile, found: FoundFiles) -> None:
    if kind in ("audio", "video"):
        found.files.append(file)
        return
    found.account_count += kind == "account"
    found.passed_over.append(file.name)


def find_kind(name: str, head: bytes) -> Kind:
    """Tell what a file is by its name, else by its first bytes."""
    if not name.lower().endswith(".json") or name.startswith("._"):  # macOS adds ._ shadows
        return "other"
    if extended := _EXTENDED.fullmatch(name):
        return "video" if "video" in extended[1].lower() else "audio"
    if _ACCOUNT.fullmatch(name) or (b'"endTime"' in head and b'"msPlayed"' in head):
        return "account"
    return "audio" if b'"ts"' in head and b'"ms_played"' in head else "other"


def _place_in_time(file: HistoryFile) -> tuple[object, ...]:
    """Sort _10 after _2; only the speed of the import depends on it."""
    numbers = [int(digits) for digits in re.findall(r"\d+", file.name)]
    return not file.is_audio, numbers[:1], numbers[-1:], file.name, str(file.path)


def split_batches(files: list[HistoryFile], size: int) -> Iterator[list[HistoryFile]]:
    """Yield the files a few at a time; at first fewer, so that loading begins early."""
    sizes = chain((size // 12, size // 3), repeat(size)) if len(files) > size else repeat(size)
    rest = iter(files)
    while part := list(islice(rest, next(sizes))):
        yield part


def show_progress(files: list[HistoryFile]) -> tqdm[NoReturn]:
    """Return a progress bar over the files' bytes, on stderr, where that is a terminal."""
    from tqdm import tqdm

    size = sum(file.size for file in files)
    return tqdm(total=size, unit="B", unit_scale=True, disable=None, leave=False)
