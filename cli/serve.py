"""Serve the API on this machine: ``python start.py serve``."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import closing

from waitress.server import create_server

from api import create_app
from cli.commands import make_parser
from cli.quiet import run_quietly
from everheard import SCHEMA_VERSION
from everheard.config import LOOPBACK_HOSTS, Settings, read_settings
from everheard.database.connect import check_schema, connect, translate_errors
from everheard.database.embedded.folder import find_layout
from jobs import rank_albums

PORT = 8898


def main(argv: list[str]) -> int:
    """Serve until stopped; return the exit code."""
    parser = make_parser("serve", "Serve the API and the live dashboard until Ctrl+C.")
    parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1: this machine only")
    parser.add_argument("--port", type=int, default=PORT)
    options = parser.parse_args(argv)
    settings, what = find_ledger(read_settings(needs_spotify=False))
    rank(settings)
    app = create_app(settings)
    app.extensions["search"].warm()
    try:
        server = create_server(app, host=options.host, port=options.port, threads=8, ident=None)
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
    print(f"The dashboard, live: http://{shown}:{port}/dashboard")
    print(f"Try the API in a browser: http://{shown}:{port}/openapi/swagger", flush=True)
    if host not in LOOPBACK_HOSTS:
        print("From other machines it answers with a token only: python start.py token create NAME")


def find_ledger(settings: Settings) -> tuple[Settings, str]:
    """Return the settings of the ledger to serve: the listener's own, else the demo's.

    Where there is neither, or the demo's is of an older version, the demo is run first.
    Raises Failure, SchemaMismatch where the listener's own tables do not fit.
    """
    version = _read_version(settings)
    if version or settings.database_url:
        check_schema(*(version or (None, None)))
        return settings, "your ledger"
    demo_settings = dataclasses.replace(settings, home=settings.home / "demo")
    if (_read_version(demo_settings) or (0, 0))[0] != SCHEMA_VERSION:
        print("There is no ledger yet: first the demo makes one to look at.\n")
        from cli import demo  # a container has no simulator, and no need of one

        demo.run_demo()
        print()
    return demo_settings, "the demo's ledger"


def _read_version(settings: Settings) -> tuple[int, int] | None:
    """Return the version of the tables and the oldest code they bear; None without tables."""
    is_embedded = not settings.database_url
    if is_embedded and not (find_layout(settings.home).data_dir / "PG_VERSION").exists():
        return None
    with (
        closing(connect(settings, application="everheard serve")) as connection,
        translate_errors(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select to_regclass('warehouse.etl_schema') is not null")
        if cursor.fetchone() != (True,):
            return None
        cursor.execute("select version, oldest_code from warehouse.etl_schema")
        version, oldest_code = cursor.fetchone() or (0, 0)
    return version, oldest_code


def rank(settings: Settings) -> None:
    """Run rank_albums before anybody asks: listening is as of now, ratings.csv is taken in.

    What goes wrong is told (a bad row of ratings.csv, say), and keeps nobody from being served.
    """
    heard = run_quietly(rank_albums.JOB, settings=settings)
    if heard.exit_code:
        print(heard.said, file=sys.stderr)
