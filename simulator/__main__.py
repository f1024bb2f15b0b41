"""``python -m simulator``: run it as a server, or write a listener's privacy export."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

from everheard.failure import ExitCode
from everheard.pipe import outlive_reader
from simulator.clock import from_iso
from simulator.history import FORMS, write_history
from simulator.moods import KINDS as MOOD_KINDS
from simulator.server import SimulatedServer
from simulator.world import START, World, WorldSettings

WIDTH = 96
EPILOG = f"""
While it runs (JSON over HTTP, under /simulator):
  GET     state | listeners | heard?listener=NAME | calls | clock | moods
  POST    clock     {{"advance_seconds": 3600}} or {{"to": "2026-02-01T00:00Z"}} or {{"speed": 60}}
  POST    moods     {{"kind": "rate_limited", "endpoint": "recently_played", "times": 2}}
  POST    hear      {{"track_id": "...", "ended": "2026-01-05T07:00:00Z"}}
  POST    ceilings  {{"track": 550}}
  DELETE  moods | calls
{textwrap.fill("Moods: " + ", ".join(MOOD_KINDS), WIDTH, subsequent_indent="  ")}
  as an option: --mood rate_limited,endpoint=recently_played,times=2,retry_after=null
A listener's privacy export as a zip: python -m simulator export --help"""


def main(argv: list[str] | None = None) -> int:
    """Run the command; return 0, or 65 for a file that cannot be used."""
    outlive_reader()
    arguments = sys.argv[1:] if argv is None else argv
    try:
        if arguments[:1] == ["export"]:
            return write_zip(arguments[1:])
        return serve(arguments)
    except (ValueError, OSError) as fault:
        print(f"python -m simulator: {fault}", file=sys.stderr)
        return ExitCode.BAD_INPUT


def serve(arguments: list[str]) -> int:
    """Answer until interrupted; the first lines say where, and what to put into ``.env``."""
    options = make_serve_parser().parse_args(arguments)
    settings = read_world_options(options)
    for name in ("speed", "app", "refusal_status", "rate"):
        settings[name] = getattr(options, name)
    if options.ceiling:
        settings["ceilings"] = dict(options.ceiling)
    if options.redirect_uri:
        settings["redirect_uris"] = tuple(options.redirect_uri)
    if options.recently_played:
        settings["recently_played"] = read_recorded_page(options.recently_played)
    world = World(WorldSettings(**settings, moods=options.mood))
    return run_until_stopped(SimulatedServer(world, options.port))


def make_serve_parser() -> argparse.ArgumentParser:
    """Return the parser of the plain command; its help explains the whole simulator."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        usage="python -m simulator [options]",
        description="A Spotify that needs no internet: accounts service and Web API on loopback.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_world_options(parser)
    add = parser.add_argument
    add("--port", type=int, default=0, metavar="N", help="0 (the default) takes a free one")
    add("--speed", type=float, default=0.0, metavar="N", help="simulated seconds per second")
    add("--app", choices=["new", "old"], default="new", help="new: made in 2026 (the default)")
    add(
        "--refusal-status",
        type=int,
        choices=[403, 404, 429],
        default=403,
        help="what a new app gets from endpoints it lacks",
    )
    add("--rate", type=int, metavar="N", help="calls per 30 s before a 429")
    add(
        "--ceiling",
        action="append",
        type=read_ceiling,
        metavar="ENDPOINT=N",
        help="calls per day of one endpoint, in place of the measured ones; repeatable",
    )
    add(
        "--mood",
        action="append",
        default=[],
        type=read_mood,
        metavar="KIND,WORD=VALUE",
        help="a fault in force from the start; repeatable",
    )
    add("--redirect-uri", action="append", metavar="URI", help="default: port 8888, /callback")
    add("--recently-played", type=Path, metavar="FILE", help="answer with this recorded page")
    return parser


def run_until_stopped(server: SimulatedServer) -> int:
    """Say that it is ready, then wait for Ctrl-C or SIGTERM."""
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    server.start()
    try:
        lines = [f"{name}={value}" for name, value in server.environ().items()]
        ready = f"Simulated Spotify ready at {server.url} (Ctrl-C ends it); lines for .env:"
        print("\n".join([ready, *lines]), flush=True)
        while not stopping.wait(0.5):
            pass  # Windows delivers Ctrl-C only between waits
    finally:
        server.stop()
    return ExitCode.DONE


def write_zip(arguments: list[str]) -> int:
    """Write one listener's privacy export."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator export",
        description="Write a simulated listener's privacy export as Spotify would send it.",
    )
    add_world_options(parser)
    parser.add_argument("--listener", metavar="NAME", help="the first where none is given")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--form", choices=FORMS, default="extended")
    parser.add_argument("--until", metavar="ISO", help="the start of simulated time if not given")
    options = parser.parse_args(arguments)
    world = World(WorldSettings(**read_world_options(options)))
    if options.listener not in {None, *world.listeners}:
        parser.error(f"--listener is one of {', '.join(world.listeners)}")
    until_ms = from_iso(options.until or options.start)
    listener = world.listener(options.listener)
    count = write_history(listener, options.out, until_ms, form=options.form)
    print(f"wrote {count} rows of {listener.name} to {options.out}")
    return ExitCode.DONE


def add_world_options(parser: argparse.ArgumentParser) -> None:
    """Add what a server and a history of the same world must agree on."""
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another seed, another world"
    )
    parser.add_argument(
        "--listeners",
        default="1",
        metavar="N|KINDS",
        help="how many, or their kinds: steady,heavy,light,quiet",
    )
    parser.add_argument(
        "--tracks", type=int, default=4000, metavar="N", help="size of the catalogue"
    )
    parser.add_argument("--start", default=START, metavar="ISO", help=f"default {START}")
    parser.add_argument(
        "--history-days", type=int, default=30, metavar="N", help="listening before the start"
    )


def read_world_options(options: argparse.Namespace) -> dict[str, Any]:
    """Return those options as fields of WorldSettings."""
    listeners = options.listeners
    return {
        "seed": options.seed,
        "listeners": int(listeners) if listeners.isdecimal() else listeners.split(","),
        "tracks": options.tracks,
        "start": options.start,
        "history_days": options.history_days,
    }


def read_ceiling(text: str) -> tuple[str, int]:
    """Read ``track=550``; raises ValueError."""
    endpoint, _, count = text.partition("=")
    return endpoint, int(count)


def read_mood(text: str) -> dict[str, Any]:
    """Read ``kind,word=value,…`` where a value is JSON or else plain text."""
    kind, *pairs = text.split(",")
    mood: dict[str, Any] = {"kind": kind}
    for pair in pairs:
        word, _, value = pair.partition("=")
        try:
            mood[word] = json.loads(value)
        except json.JSONDecodeError:
            mood[word] = value
    return mood


def read_recorded_page(path: Path) -> dict[str, Any]:
    """Read a recorded answer of recently-played; raises ValueError for anything else."""
    page = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise ValueError(f"{path} is no recorded answer of recently-played: it has no items")
    return page


if __name__ == "__main__":
    sys.exit(main())
