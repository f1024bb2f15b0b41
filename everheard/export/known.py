"""Where this machine has exported to: so that what is forgotten can be taken out there, too."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from everheard.files import make_folder, read_file, write_file


class KnownExport(NamedTuple):
    """A target as it was typed, its place made absolute; whose, None: everybody's."""

    word: str
    listener: str | None


def note_export(home: Path, word: str, listener: str | None) -> None:
    """Note that something was exported."""
    kind, colon, place = word.partition(":")
    whole = f"{kind}:{Path(place).absolute()}" if colon else word
    known = read_exports(home)
    if (one := KnownExport(whole, listener)) not in known:
        make_folder(home)
        write_file(_find_file(home), json.dumps([*known, one], ensure_ascii=False))


def read_exports(home: Path) -> list[KnownExport]:
    """Return where exports have gone, oldest first."""
    with suppress(OSError, ValueError, TypeError):
        return [KnownExport(*one) for one in json.loads(read_file(_find_file(home)))]
    return []


def _find_file(home: Path) -> Path:
    return home / "exports.json"
