"""Watch what plays, and measure how long it is really heard.

When:   all the time, on a machine that is on anyway, never on GitHub; ends when it is told to.
Reads:  Spotify's currently-playing, every 15 to 30 seconds while something plays, down to every
        5 minutes while nothing does; at most 2,000 calls a day (--calls-per-day).
Writes: playbacks into a file of this machine, and once an hour, or with get_last_50, into
        source_told_play and, derived from it, fact_play (grain: listener, moment, track).
Again:  it goes on where it was; what is loaded twice adds nothing; a second watcher of one
        listener steps back.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from contextlib import suppress

from everheard.config import read_settings
from everheard.failure import ConfigurationError, ExitCode
from everheard.files import touch_file
from everheard.rims.plain import to_line
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.sources.fields import Json
from everheard.watcher.household import Household
from everheard.watcher.notify import WATCHDOG_S, tell_system
from everheard.watcher.store import find_alive, open_store

CALLS_PER_DAY = 2_000


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code. With ``--check`` only say whether one lives."""
    words = sys.argv[1:] if argv is None else argv
    return check() if "--check" in words else run_job(JOB, words)


def check() -> int:
    """Say whether a watcher of this machine lives; 0 if it does."""
    alive = find_alive(read_settings(needs_spotify=False).home)
    is_alive = alive.is_file() and time.time() - alive.stat().st_mtime < 2 * WATCHDOG_S
    print("now_playing: watching" if is_alive else "now_playing: nobody watches on this machine")
    return 0 if is_alive else int(ExitCode.TRY_LATER)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add how many calls a day it may make."""
    parser.add_argument(
        "--calls-per-day",
        type=int,
        default=CALLS_PER_DAY,
        metavar="N",
        help=f"calls to Spotify a day, all listeners together ({CALLS_PER_DAY:,})",
    )
    parser.add_argument("--check", action="store_true", help="only say whether one lives here")
    parser.add_argument("--host", default="127.0.0.1", help="where it is streamed (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8765, help="at which port (8765)")
    parser.add_argument(
        "--for", dest="seconds", type=float, metavar="SECONDS", help="stop by itself after a while"
    )


def work(run: Run) -> Figures:
    """Watch everybody until told to stop; say what came of it."""
    if run.settings.is_actions:
        raise ConfigurationError(
            ["now_playing never ends: run it on a Pi or a computer at home, not on GitHub"]
        )
    if run.options.calls_per_day < 1:
        raise ConfigurationError(["--calls-per-day takes a number above 0"])
    with open_store(run.settings.home) as store:
        household = Household(run, store, run.options.calls_per_day, tell=show_state, say=say)
        asyncio.run(watch(household))
    watches = household.watches
    calls = sum(one.call_count for one in watches)
    playbacks = sum(one.playback_count for one in watches)
    told = {"calls": str(calls), "playbacks": str(playbacks), "new": str(household.loaded_count)}
    return Figures(told, calls, household.loaded_count)


async def watch(household: Household) -> None:
    """Watch until a signal, or for a while; the system is told that all is well."""
    run, stop = household.run, asyncio.Event()
    seconds = run.options.seconds
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        with suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, and threads
            loop.add_signal_handler(getattr(signal, name), stop.set)
    if seconds is not None:
        loop.call_later(seconds, stop.set)
    beside = [asyncio.create_task(keep_alive(run))]
    if run.settings.now_playing != "off":
        beside.append(await open_stream(household))
    tell_system("READY=1")
    try:
        await household.watch(stop)
    finally:
        tell_system("STOPPING=1")
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def open_stream(household: Household) -> asyncio.Task[None]:
    """Have whoever may see it told what plays, by a server of this process."""
    try:
        from everheard.watcher.broadcast import Broadcast
        from everheard.watcher.stream import make_app, serve
        from everheard.watcher.stream_access import StreamAccess
    except ModuleNotFoundError:
        raise ConfigurationError(
            ["NOW_PLAYING needs more than jobs do: install requirements.txt, or set it to off"]
        ) from None
    run, broadcast = household.run, Broadcast()

    def tell(key: str, state: Json) -> None:
        show_state(key, state)
        if key:  # else nobody knows whose it is, and who may see it
            broadcast.publish(key, state)

    household.tell = tell
    opened = asyncio.Event()

    def note(port: int) -> None:
        say(f"now_playing: streams what plays at http://{run.options.host}:{port}/now-playing")
        opened.set()

    app = make_app(broadcast, StreamAccess(run.settings))
    task = asyncio.create_task(serve(app, run.options.host, run.options.port, opened=note))
    done, _ = await asyncio.wait(
        {task, asyncio.create_task(opened.wait())}, return_when=asyncio.FIRST_COMPLETED
    )
    if task in done:
        await task  # it could not be opened, and says why
    return task


async def keep_alive(run: Run) -> None:
    """Tell systemd's watchdog, and whoever checks, as long as the loop turns."""
    while True:
        tell_system("WATCHDOG=1")
        touch_file(find_alive(run.settings.home))
        await asyncio.sleep(WATCHDOG_S / 2)


def say(words: str) -> None:
    """Print what a person may have to see to, when it happens."""
    print(to_line(words), flush=True)


def show_state(_: str, state: Json) -> None:
    """Print what plays, a line each time it changes."""
    item = state["item"]
    words = state["kind"] if item is None else f"{item['name']} – {', '.join(item['artists'])}"
    if not state["is_playing"] and item is not None:
        words += " (paused)"
    line = f"{state['listener']}: {words}"
    if _shown.get(state["listener"]) != line:
        _shown[state["listener"]] = line
        say(line)


_shown: dict[str, str] = {}

JOB = Job("now_playing", __doc__, work, add_options)


if __name__ == "__main__":
    sys.exit(main())
