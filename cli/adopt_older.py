"""Plays that another program kept, into the ledger: looked at first, and none of them twice."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from everheard.addresses import find_address_faults
from everheard.config import Settings, read_value
from everheard.database.connect import connect
from everheard.export.mongodb_errors import translate_mongo
from everheard.failure import ConfigurationError
from everheard.ledger.listeners import find_or_insert_listener
from everheard.ledger.recordings import join_names
from everheard.ledger.rules.possible import find_reason
from everheard.ledger.told import load_told
from everheard.rims.counted import say_counted
from everheard.rims.secrets import know_address
from everheard.rows import FROM_SCROBBLE, StagedRows, ToldRow
from everheard.sources.fields import read_integer
from everheard.sources.older.files import (
    MongoLedger,
    NoPlays,
    OlderDatabase,
    OlderLedger,
    PostgresLedger,
    SqliteLedger,
    find_ledger,
)
from everheard.sources.older.rows import OlderPlay, find_start
from everheard.sources.spotify.rows.fields import read_track_uri
from everheard.sources.spotify.rows.stage import Stage
from everheard.zones import describe_unknown_zone, is_zone, open_zone

_BATCH = 2000


@dataclass
class Look:
    """What a first reading of an older ledger found."""

    play_count: int = 0
    unreadable_count: int = 0
    impossible_count: int = 0
    first: datetime | None = None
    last: datetime | None = None


def find_database(word: str, settings: Settings) -> OlderDatabase:
    """Return the database that a word means: a file, or the name of a setting with an address."""
    path = Path(word).expanduser()
    if path.is_file():
        return SqliteLedger(path)
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", word):
        know_address(word)
        raise NoPlays(
            "There is no such file or folder. An address is not typed here, where every process on"
            " this machine can read it: put it into .env, as OLD_DATABASE_URL='…', and say"
            " OLD_DATABASE_URL."
        )
    url = read_value(word, settings.env_file)
    know_address(url)
    if not url:
        raise NoPlays(f"There is no file {word}, and no setting of that name.")
    if url.startswith(("mongodb://", "mongodb+srv://")):
        return MongoLedger(url)
    if faults := find_address_faults(url, word):
        raise ConfigurationError(faults)
    return PostgresLedger(url)


def find_zone(name: str) -> tzinfo:
    """Return the zone in which times without one are read."""
    if not is_zone(name):
        raise ConfigurationError([f"--timezone: {describe_unknown_zone(name)}"])
    return open_zone(name)


def look(ledger: OlderLedger, zone: tzinfo) -> Look:
    """Read all of it once, and add up what it holds."""
    found, now = Look(), datetime.now(UTC)
    for play in ledger.read_plays(zone):
        if play is None:
            found.unreadable_count += 1
        elif find_reason(play.moment, now):
            found.impossible_count += 1
        else:
            found.play_count += 1
            found.first = min(found.first or play.moment, play.moment)
            found.last = max(found.last or play.moment, play.moment)
    return found


def describe(ledger: OlderLedger, found: Look, options: argparse.Namespace) -> list[str]:
    """Return what was understood."""
    means = ledger.meaning.describe() if ledger.meaning else "items as Spotify's recently-played"
    said = [f"{ledger.database.kind}, {ledger.table}: {say_counted(found.play_count, 'play')}"]
    if found.first and found.last:
        said[0] += f" from {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC"
    said.append(f"  {means}; a moment is a play's {'start' if options.starts else 'end'}")
    said.append(f"  moments that name no zone are read as {options.timezone}'s")
    if found.unreadable_count:
        rows = say_counted(found.unreadable_count, "row")
        said.append(f"  {rows} without a readable moment or track, passed over")
    if found.impossible_count:
        rows = say_counted(found.impossible_count, "row")
        said.append(f"  {rows} before Spotify existed or in the future, passed over")
    return said


def take_in(settings: Settings, ledger: OlderLedger, options: argparse.Namespace) -> int:
    """Load all plays on the road of a scrobbling service; return how many were new."""
    zone, now = find_zone(options.timezone), datetime.now(UTC)
    with closing(connect(settings, application="everheard adopt")) as connection:
        listener_key, _ = find_or_insert_listener(
            connection, options.listener, settings.timezone or options.timezone
        )
        plays = (
            play
            for play in ledger.read_plays(zone)
            if play is not None and not find_reason(play.moment, now)
        )
        new_count = 0
        while batch := list(islice(plays, _BATCH)):
            rows = to_rows(batch, are_starts=options.starts)
            new_count += load_told(connection, listener_key=listener_key, rows=rows)
        join_names(connection)
    return new_count


def to_rows(plays: list[OlderPlay], *, are_starts: bool) -> StagedRows:
    """Return the rows of some plays, by their starts, as a scrobbling service tells them."""
    stage = Stage()
    for play in plays:
        track_ref = stage.add_track(play.track, read_track_uri(play.track))
        told_at = play.moment if are_starts else find_start(play)
        length = read_integer(play.track, "duration_ms") or None
        stage.rows.told.append(ToldRow(told_at, track_ref, 0, FROM_SCROBBLE, None, length))
    return stage.rows


def adopt_older(settings: Settings, options: argparse.Namespace) -> Iterator[str]:
    """Yield what was found, then, once it was agreed to, what was done."""
    zone = find_zone(options.timezone)
    with translate_mongo():
        ledger = find_ledger(find_database(options.what, settings), options.table)
        found = look(ledger, zone)
        yield "\n".join(describe(ledger, found, options))
        new_count = take_in(settings, ledger, options)
    known = found.play_count - new_count
    yield f"adopt: {say_counted(new_count, 'play')} new, {known:,} known already"
