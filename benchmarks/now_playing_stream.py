"""How soon a page shows what the watcher saw, and what 500 streams at once cost.

The stream's server is a process of its own, as the watcher is. States are told one every two
tenths of a second, each stamped with the clock that all processes of a machine share; how long
it took until a stream's reader, or the text of a page in Chromium, had it is what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import psutil
from playwright.sync_api import sync_playwright

from benchmarks.machine import clean_environ, describe_machine, print_table
from everheard.config import PROJECT_DIR

#: Told by the server's own loop, as the watcher tells: the name is the moment, in nanoseconds.
_SERVER = """
import asyncio, sys, time
from everheard.config import read_settings
from everheard.watcher.broadcast import Broadcast
from everheard.watcher.stream import make_app, serve
from everheard.watcher.stream_access import StreamAccess

async def tell(broadcast):
    item = {"uri": "spotify:track:" + "a" * 22, "artists": ["An artist", "Another"],
        "album": "An album", "image_url": None, "duration_ms": 200000, "url": None}
    while True:
        await asyncio.sleep(0.2)
        now = time.time_ns()
        broadcast.publish("Ana", {"listener": "Ana", "kind": "track", "is_playing": False,
            "item": {**item, "name": str(now)}, "progress_ms": 1000,
            "as_of": "2026-01-01T00:00:00.000Z", "last_played": None})

async def main():
    broadcast = Broadcast()
    app = make_app(broadcast, StreamAccess(read_settings(needs_spotify=False)))
    telling = asyncio.create_task(tell(broadcast))
    await serve(app, "127.0.0.1", 0, opened=lambda port: print(port, flush=True))

asyncio.run(main())
"""
_PAGE = """
async ({url, seconds}) => {
    document.body.innerHTML = "";
    const element = document.createElement("now-playing");
    element.setAttribute("src", url + "/now-playing/stream");
    const waits = [];
    document.body.append(element);
    const title = element.shadowRoot.querySelector(".title-link");
    new MutationObserver(() => requestAnimationFrame(() => {
        waits.push(performance.timeOrigin + performance.now() - Number(title.textContent) / 1e6);
    })).observe(title, {childList: true, characterData: true, subtree: true});
    await new Promise((done) => setTimeout(done, seconds * 1000));
    return waits.slice(1);  // the first was told before the page came
}
"""


class Waits(NamedTuple):
    """How long states took to arrive, in milliseconds."""

    count: int
    median: float
    p99: float
    worst: float


class StreamCost(NamedTuple):
    """What many streams cost the server: megabytes, and milliseconds for a state told to all."""

    memory: float
    told_ms: float


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=20, help="of telling, for each measure")
    options = parser.parse_args()
    print(describe_machine(), flush=True)
    with clean_environ() as (_, environ), served(environ) as (url, server):
        at_rest = weigh(server)
        page = measure_page(url, options.seconds)
        streams, cost = asyncio.run(measure_streams(url, server, options))
    print(describe_machine())
    print_table(
        [
            ("measure", "median", "99 of 100", "worst", "bound"),
            ("told to page, one browser", *say(page), "100 ms"),
            (f"told to reader, {options.streams} streams", *say(streams), "100 ms, worst 300 ms"),
            ("server's memory, nobody there", f"{at_rest:.0f} MB", "", "", ""),
            (
                f"server's memory, {options.streams} streams",
                f"{cost.memory:.0f} MB",
                "",
                "",
                "200 MB",
            ),
            ("processor time to tell all of them", f"{cost.told_ms:.1f} ms", "", "", ""),
        ]
    )


def say(waits: Waits) -> tuple[str, str, str]:
    """Return the figures as they are printed."""
    return f"{waits.median:.1f} ms", f"{waits.p99:.1f} ms", f"{waits.worst:.1f} ms"


@contextmanager
def served(environ: Mapping[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """Run the stream's server in a process of its own; yield its address, and it."""
    given = {**environ, "NOW_PLAYING": "public", "API_RATE_LIMIT": "100000 per minute"}
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], cwd=PROJECT_DIR, env=given, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
        finally:
            process.terminate()


def weigh(process: psutil.Process) -> float:
    """Return what a process holds, in megabytes."""
    return float(process.memory_info().rss) / 1e6


def measure_page(url: str, seconds: int) -> Waits:
    """Measure from telling to the frame in which a page shows it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(bypass_csp=True)
        page.goto(f"{url}/health")
        page.evaluate("url => import(url + '/now-playing.js').then(() => null)", url)
        waits = page.evaluate(_PAGE, {"url": url, "seconds": seconds})
        browser.close()
    return sum_up(waits)


async def measure_streams(
    url: str, server: psutil.Process, options: argparse.Namespace
) -> tuple[Waits, StreamCost]:
    """Measure from telling to reading in every one of many streams, and the server's memory."""
    waits: list[float] = []
    counting = asyncio.Event()
    port = int(url.rpartition(":")[2])
    readers = [asyncio.create_task(read(port, waits, counting)) for _ in range(options.streams)]
    await asyncio.sleep(5)
    counting.set()
    before = sum(server.cpu_times()[:2])
    await asyncio.sleep(options.seconds)
    counting.clear()
    spent = sum(server.cpu_times()[:2]) - before
    if ended := [reader for reader in readers if reader.done()]:
        raise RuntimeError(f"{len(ended)} streams ended") from ended[0].exception()
    for reader in readers:
        reader.cancel()
    expected = options.streams * options.seconds * 4  # five a second are told
    if len(waits) < expected:
        raise RuntimeError(f"only {len(waits)} states arrived, of at least {expected}")
    told = len(waits) / options.streams
    return sum_up(waits), StreamCost(weigh(server), spent / told * 1000)


async def read(port: int, waits: list[float], counting: asyncio.Event) -> None:
    """Read one stream, and note how long each state took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /now-playing/stream HTTP/1.1\r\nHost: a\r\n\r\n")
    while line := await reader.readline():
        if line.startswith(b"data: ") and counting.is_set() and b'"name"' in line:
            arrived = time.time_ns()
            waits.append((arrived - int(json.loads(line[6:])["item"]["name"])) / 1e6)
    writer.close()


def sum_up(waits: list[float]) -> Waits:
    """Return the figures of some waits."""
    ordered = sorted(waits)
    p99 = ordered[int(len(ordered) * 0.99)]
    return Waits(len(waits), statistics.median(ordered), p99, ordered[-1])


if __name__ == "__main__":
    main()
