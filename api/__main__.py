"""Serve the API on this machine: ``python start.py serve``."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from waitress.server import create_server

from api import create_app
from everheard import demo
from everheard.config import LOOPBACK_HOSTS, Settings, read_settings
from everheard.failure import Failure
from everheard.warehouse.connect import connect
from everheard.warehouse.embedded_folder import find_layout
from everheard.warehouse.ranks import load_ranks

PORT = 8898


def main(argv: list[str] | None = None) -> int:
    """Serve until stopped; return the exit code."""
    parser = argparse.ArgumentParser(prog="python start.py serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1: this machine only")
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args(argv)
    try:
        settings, what = find_ledger(read_settings(needs_spotify=False))
        rank(settings)
        app = create_app(settings)
        app.extensions["search"].warm()
        server = create_server(app, host=options.host, port=options.port, threads=8, ident=None)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return int(failure.exit_code)
    except OSError as error:
        reason = error.strerror or "no such address"
        print(
            f"Port {options.port} at {options.host} cannot be used ({reason}):"
            " choose another with --port.",
            file=sys.stderr,
        )
        return 2
    port = getattr(server, "effective_port", options.port)  # several sockets have none
    describe(options.host, port, what)
    try:
        server.run()
    except KeyboardInterrupt:
        print("\nStopped.")
    finally:
        server.close()
    return 0


def describe(host: str, port: int, what: str) -> None:
    """Say where it is served and what to open first."""
    shown = f"[{host}]" if ":" in host else host
    print(f"Serving {what} at http://{shown}:{port} (Ctrl+C stops it).")
    print(f"Try it out in a browser: http://{shown}:{port}/openapi/swagger", flush=True)
    if host not in LOOPBACK_HOSTS:
        print("From other machines it answers with a token only: python start.py token create NAME")


def find_ledger(settings: Settings) -> tuple[Settings, str]:
    """Return the settings of the ledger to serve: the listener's own, else the demo's.

    Where there is neither, the demo is run first. Raises Failure.
    """
    if settings.database_url or _has_ledger(settings.home):
        return settings, "your ledger"
    demo_home = settings.home / "demo"
    if not _has_ledger(demo_home):
        print("There is no ledger yet: first the demo makes one to look at.\n")
        demo.run_demo()
        print()
    return dataclasses.replace(settings, home=demo_home), "the demo's ledger"


def _has_ledger(home: Path) -> bool:
    return (find_layout(home).data_dir / "PG_VERSION").exists()


def rank(settings: Settings) -> None:
    """Rank once before anybody asks: listening is as of now, and the tables are checked."""
    connection = connect(settings, application="everheard serve")
    try:
        load_ranks(connection)
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
