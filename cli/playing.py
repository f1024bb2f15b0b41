"""Show what plays, one line, renewed: ``python start.py playing``."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from cli.commands import make_parser
from everheard.config import read_settings
from everheard.failure import Failure
from everheard.ledger.operations.runs import NO_OPERATIONS
from everheard.rims.columns import fit, measure
from everheard.rims.plain import to_line
from everheard.rims.terminal import find_bare
from everheard.run.job import Run
from everheard.run.session import Session, list_owners
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.watcher.clock import utc_now
from everheard.watcher.pace import Pace
from everheard.watcher.samples import HEARD, PlayingKind, Sample, to_sample
from everheard.watcher.states import describe_item
from everheard.watcher.store import find_store, open_store

#: What a watcher on this machine saw is new for so long: it polls every 30 seconds at most.
_FRESH = timedelta(seconds=45)
_WORDS = {
    PlayingKind.NOTHING: "nothing plays",
    PlayingKind.AD: "an advertisement",
    PlayingKind.UNKNOWN: "something Spotify does not name",
}
_BAR = 20


def main(argv: list[str]) -> int:
    """Show what plays until Ctrl-C; where this is no terminal, once."""
    parser = make_parser("playing", "Show what plays, one line, renewed. Ctrl-C ends it.")
    parser.add_argument("--once", action="store_true", help="show it once, and end")
    options = parser.parse_args(argv)
    settings = read_settings()
    run = Run("playing", settings, argparse.Namespace(dry_run=True))
    with Sender(SPOTIFY) as sender:
        session = Session(run, sender, NO_OPERATIONS, settings.sign_ins[0])
        screen = Screen(lambda: read_watched(run) or ask(session))
        try:
            screen.show(is_once=options.once or not sys.stdout.isatty())
        except KeyboardInterrupt:
            print()
        finally:
            run.ledger.close()
    return 0


def ask(session: Session) -> Sample:
    """Return what Spotify says plays. Raises Failure."""
    return to_sample(session.client.fetch_currently_playing(), utc_now())


def read_watched(run: Run) -> Sample | None:
    """Return what a watcher on this machine has just seen, so that Spotify is not asked twice."""
    home = run.settings.home
    if not find_store(home).is_file():
        return None
    with open_store(home) as store:
        listening = store.read_listening(list_owners(run.settings)[0])
    if listening.seen_at is None or utc_now() - listening.seen_at > _FRESH:
        return None
    if listening.current is None:
        return Sample(listening.seen_at, PlayingKind.NOTHING)
    return listening.current.last


class Screen:
    """One line of a terminal; ``read`` says what plays."""

    def __init__(self, read: Callable[[], Sample]) -> None:
        self._read, self._pace = read, Pace()

    def show(self, *, is_once: bool) -> None:
        """Show what plays, again each second; poll at a watcher's pace."""
        while True:
            wait, sample, trouble = 0.0, None, ""
            try:
                sample = self._read()
                wait = self._pace.after(sample)
            except Failure as failure:
                if is_once:
                    raise
                trouble = str(failure)
                wait = self._pace.after_error(getattr(failure, "retry_at", None), utc_now())
            if is_once:
                print(describe(sample, utc_now()) if sample else trouble)
                return
            until = time.monotonic() + wait
            while time.monotonic() < until:
                self._renew(describe(sample, utc_now()) if sample else trouble)
                time.sleep(min(1.0, max(0.05, until - time.monotonic())))

    def _renew(self, line: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        bare = find_bare(sys.stdout)  # the guard takes a carriage return out
        bare.write(f"\r{fit(line, width)}")
        bare.flush()


def describe(sample: Sample, now: datetime) -> str:
    """Return the line for a sample: what plays, and how far it is by now."""
    if sample.kind not in HEARD:
        return _WORDS[sample.kind]
    item = describe_item(sample.item or {}, sample.kind)
    title = to_line(" – ".join(filter(None, [item["name"], ", ".join(item["artists"])])))
    mark = "▶" if sample.is_playing else "⏸"
    if sample.progress_ms is None or not sample.duration_ms:
        return f"{mark} {title}"
    moved = (now - sample.at) / timedelta(milliseconds=1) if sample.is_playing else 0
    progress = min(sample.duration_ms, max(0, round(sample.progress_ms + moved)))
    filled = round(_BAR * progress / sample.duration_ms)
    bar = "━" * filled + "─" * (_BAR - filled)
    times = f"{say_time(progress)} {bar} {say_time(sample.duration_ms)}"
    room = max(20, shutil.get_terminal_size().columns - 4 - measure(times))
    return f"{mark} {fit(title, min(room, measure(title)))}  {times}"


def say_time(milliseconds: int) -> str:
    """Return minutes and seconds, with hours where there are some."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
