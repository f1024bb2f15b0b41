"""Serve the API on this machine: ``python start.py serve``."""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
from contextlib import closing

from waitress.server import create_server

from api import create_app
from everheard import SCHEMA_VERSION, demo
from everheard.config import LOOPBACK_HOSTS, PROJECT_DIR, Settings, read_settings
from everheard.failure import Failure
from everheard.warehouse.connect import check_schema, connect, translate_errors
from everheard.warehouse.embedded_folder import find_layout

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

    A process of its own, for the API knows no job. What goes wrong is told (a bad row of
    ratings.csv, say), and keeps nobody from being served.
    """
    environ = {"EVERHEARD_HOME": str(settings.home), "DATABASE_URL": settings.database_url}
    done = subprocess.run(
        [sys.executable, "-m", "jobs.rank_albums"],
        cwd=PROJECT_DIR,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        print(done.stdout.strip(), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
