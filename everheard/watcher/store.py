"""What a watcher keeps on this machine: playbacks until the ledger has them, and where it stood.

One SQLite file in a folder of ours; written through (WAL, synchronous=FULL), so that a power cut
costs the last poll at most. Every moment is UTC, ISO 8601.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from everheard.files import make_folder
from everheard.sources.fields import Json
from everheard.watcher import FOLDER
from everheard.watcher.pace import DayBudget
from everheard.watcher.playbacks import Listening, OpenPlayback, Playback
from everheard.watcher.samples import PlayingKind, Sample

#: How long a playback stays here once the ledger has it.
_KEPT = timedelta(days=30)
_TABLES = """
create table if not exists playback (
    playback_id integer primary key,
    owner text not null,
    key text not null,
    kind text not null,
    started_at text not null,
    ended_at text not null,
    listened_ms integer not null,
    duration_ms integer,
    is_finished integer not null,
    context_uri text,
    device text,
    item text not null,
    loaded_at text,
    unique (owner, key, started_at)
);
create table if not exists listening (owner text primary key, state text not null);
create table if not exists noted (name text primary key, value text not null);
"""


class PendingPlayback(NamedTuple):
    """A playback that the ledger has not got yet, and its number here."""

    playback_id: int
    playback: Playback


class PlaybackStore:
    """The file of one machine's watcher. One thread at a time."""

    def __init__(self, home: Path) -> None:
        self.path = find_store(home)
        make_folder(self.path.parent)
        self._file = sqlite3.connect(
            self.path, timeout=10, isolation_level=None, check_same_thread=False
        )
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.executescript(_TABLES)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def keep(self, owner: str, listening: Listening, ended: Iterable[Playback]) -> None:
        """Keep what a poll has told, all of it or nothing."""
        with self._file:
            self._file.execute("begin immediate")
            self._file.executemany(
                "insert into playback (owner, key, kind, started_at, ended_at, listened_ms,"
                " duration_ms, is_finished, context_uri, device, item)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
                [(owner, *_to_row(one)) for one in ended],
            )
            self._file.execute(
                "insert into listening values (?, ?)"
                " on conflict (owner) do update set state = excluded.state",
                (owner, _spell_state(listening)),
            )

    def read_listening(self, owner: str) -> Listening:
        """Return where the watch of an owner stood."""
        row = self._file.execute("select state from listening where owner = ?", (owner,)).fetchone()
        return _read_state(row[0]) if row else Listening()

    def keep_budget(self, budget: DayBudget) -> None:
        """Keep how many of the day's calls are spent, before the call is made."""
        self.note("calls", f"{budget.day} {budget.used}")

    def read_budget(self, calls_per_day: int) -> DayBudget:
        """Return the day's calls, those of an earlier process among them."""
        day, _, used = self.read_note("calls").partition(" ")
        return DayBudget(calls_per_day, int(used or 0), day)

    def read_pending(self, owner: str) -> list[PendingPlayback]:
        """Return the playbacks that the ledger has not got, oldest first."""
        rows = self._file.execute(
            "select playback_id, key, kind, started_at, ended_at, listened_ms, duration_ms,"
            " is_finished, context_uri, device, item from playback"
            " where owner = ? and loaded_at is null order by ended_at, playback_id",
            (owner,),
        )
        return [PendingPlayback(row[0], _to_playback(row[1:])) for row in rows]

    def note_loaded(self, pending: Iterable[PendingPlayback], now: datetime) -> None:
        """Note that the ledger has these; forget what it has had for long."""
        with self._file:
            self._file.execute("begin immediate")
            self._file.executemany(
                "update playback set loaded_at = ? where playback_id = ?",
                [(now.isoformat(), one.playback_id) for one in pending],
            )
            old = (now - _KEPT).isoformat()
            self._file.execute("delete from playback where loaded_at < ?", (old,))

    def note(self, name: str, value: str) -> None:
        """Keep a word under a name."""
        self._file.execute(
            "insert into noted values (?, ?)"
            " on conflict (name) do update set value = excluded.value",
            (name, value),
        )

    def read_note(self, name: str) -> str:
        """Return the word kept under a name, "" where there is none."""
        row = self._file.execute("select value from noted where name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def remove_of(self, owners: Iterable[str]) -> int:
        """Remove whatever is kept of owners; return how many playbacks."""
        count = 0
        with self._file:
            for owner in owners:
                found = self._file.execute("delete from playback where owner = ?", (owner,))
                count += found.rowcount
                self._file.execute("delete from listening where owner = ?", (owner,))
        return count


def find_store(home: Path) -> Path:
    """Return where the file of this machine's watcher is."""
    return home / FOLDER / "playbacks.sqlite"


def find_alive(home: Path) -> Path:
    """Return the file whose time says when a watcher of this machine was last alive."""
    return home / FOLDER / "alive"


def open_store(home: Path) -> closing[PlaybackStore]:
    """Open the file, made where there is none, until the end of a ``with``."""
    return closing(PlaybackStore(home))


def _to_row(one: Playback) -> tuple[Any, ...]:
    return (
        *(one.key, one.kind.value, one.started_at.isoformat(), one.ended_at.isoformat()),
        *(one.listened_ms, one.duration_ms, one.is_finished, one.context_uri, one.device),
        json.dumps(one.item, ensure_ascii=False),
    )


def _to_playback(row: tuple[Any, ...]) -> Playback:
    key, kind, started, ended, listened, duration, is_finished, context, device, item = row
    return Playback(
        *(key, PlayingKind(kind), _read_moment(started), _read_moment(ended), listened, duration),
        *(bool(is_finished), context, device, json.loads(item)),
    )


def _spell_state(listening: Listening) -> str:
    seen, current = listening.seen_at, listening.current
    told: Json = {"seen_at": seen and seen.isoformat()}
    if current:
        last = current.last._asdict() | {"at": current.last.at.isoformat()}
        told["current"] = current._asdict() | {
            "started_at": current.started_at.isoformat(),
            "last": last,
        }
    return json.dumps(told, ensure_ascii=False)


def _read_state(text: str) -> Listening:
    told = json.loads(text)
    current = told.get("current")
    if current:
        last = Sample(
            **current["last"]
            | {
                "at": _read_moment(current["last"]["at"]),
                "kind": PlayingKind(current["last"]["kind"]),
            }
        )
        current = OpenPlayback(
            _read_moment(current["started_at"]),
            current["listened_ms"],
            last,
            tuple(current["speeds"]),
        )
    seen = told.get("seen_at")
    return Listening(current, _read_moment(seen) if seen else None)


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
