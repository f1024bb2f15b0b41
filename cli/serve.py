"""Serve the API on this machine: ``python start.py serve``."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from contextlib import closing
from pathlib import Path

from api import create_app
from api.server import make_server
from cli.commands import make_parser
from cli.quiet import run_quietly
from cli.schedule import HOW_TO_STAY
from cli.schedule.definitions import Place
from cli.schedule.kept import CARRIED, SERVE, forget_service, keep_settings, read_kept_settings
from cli.schedule.schedulers import NoScheduler
from cli.schedule.service import Keeper, Where, await_answer, find_keeper
from everheard import SCHEMA_VERSION
from everheard.config import PROJECT_DIR, Settings, list_given, read_settings
from everheard.database.connect import check_schema, connect, translate_errors
from everheard.database.embedded.folder import find_layout
from everheard.ledger.operations.tokens import insert_entry
from everheard.rims.terminal import print_whole
from everheard.rims.typed import IS_LENT
from jobs import rank_albums

PORT = 8898
#: Hosts to listen at that are no addresses to go to.
EVERY_ADDRESS = {"0.0.0.0", "::", ""}  # noqa: S104 (compared, not bound)


def read_options(argv: list[str]) -> argparse.Namespace:
    """Return where to serve, or that a link is wanted."""
    parser = make_parser("serve", "Serve the API and the live dashboard until Ctrl+C.")
    parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1: this machine only")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument(
        "--link", action="store_true", help="print a link that lets a browser in, and end"
    )
    parser.add_argument(
        "--address", metavar="URL", help="what a proxy is called, for the link: https://..."
    )
    parser.add_argument(
        "--listener", metavar="NAME", help="whom the link lets in, if you are several"
    )
    parser.add_argument(
        "--service",
        choices=["on", "off", "status"],
        help="have this system keep it going, or no longer; or say whether it does",
    )
    parser.add_argument(
        "--home", type=Path, help=argparse.SUPPRESS
    )  # what a service is started with
    return parser.parse_args(argv)


def read_own_settings(home: Path | None) -> Settings:
    """Return the settings; a service's are those that the terminal had when it was set up."""
    kept = read_kept_settings(home, whose=SERVE) if home else {}
    given = {**kept, **list_given(CARRIED)} if kept else None
    return read_settings(given, needs_spotify=False)


def main(argv: list[str]) -> int:
    """Serve until stopped; return the exit code."""
    options = read_options(argv)
    address = name_address(options.host, options.port)
    if options.service:
        print(change_service(options))
        return 0
    if options.link:
        shown = (options.address or address).rstrip("/")
        print_whole(make_link(read_settings(needs_spotify=False), shown, options.listener))
        return 0
    settings, is_demo = find_ledger(read_own_settings(options.home))
    rank(settings)
    app = create_app(settings, is_open=is_demo)
    app.extensions["search"].warm()
    try:
        server = make_server(app, host=options.host, port=options.port)
    except OSError as error:
        reason = error.strerror or "no such address"
        print(
            f"Port {options.port} at {options.host} cannot be used ({reason}):"
            " choose another with --port.",
            file=sys.stderr,
        )
        return 2
    port = getattr(server, "effective_port", options.port)  # several sockets have none
    describe(name_address(options.host, port), is_demo=is_demo)
    if not is_demo:
        show_way_in(settings, name_address(options.host, port), options.listener)
    try:
        server.run()
    except KeyboardInterrupt:
        print("\nStopped.")
    finally:
        server.close()
    return 0


def change_service(options: argparse.Namespace) -> str:
    """Turn the service on or off, or look at it; return what to say of it."""
    keeper, settings = find_keeper(), read_settings(needs_spotify=False)
    home = settings.home.absolute()
    if options.service == "off":
        keeper.turn_off()
        forget_service(home)
        return f"serve: off; {keeper.name} has nothing of it"
    if options.service == "on":
        if IS_LENT:
            raise NoScheduler(HOW_TO_STAY)
        keep_settings(home, whose=SERVE)
        where = Where(options.host, options.port)
        keeper.turn_on(Place(Path(sys.executable), PROJECT_DIR, home), where)
    elif not keeper.is_on():
        return "serve: no service; `python start.py serve --service on` makes it one"
    return describe_service(keeper, settings, options)


def describe_service(keeper: Keeper, settings: Settings, options: argparse.Namespace) -> str:
    """Return whether the service answers, and how to get in, or what says why not."""
    address = name_address(options.host, options.port)
    is_new = options.service == "on"
    if not (await_answer(address) if is_new else await_answer(address, seconds=0)):
        return (
            f"serve: {keeper.name} keeps it going, but nothing answers at {address}:"
            f" {keeper.shows} says why"
        )
    lines = [f"serve: on, at {address}, through {keeper.name}"]
    if is_new and sys.platform == "linux":
        lines.append("It ends when you log out, unless you allow it once: loginctl enable-linger")
    if is_new and sys.stdout.isatty():
        link = make_link(settings, address, options.listener)
        lines.append(f"Enter, within ten minutes and once: {link}")
    return "\n".join([*lines, "A link that lets a browser in: python start.py serve --link"])


def name_address(host: str, port: int) -> str:
    """Return what to type into a browser on this machine."""
    shown = "127.0.0.1" if host in EVERY_ADDRESS else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def describe(address: str, *, is_demo: bool) -> None:
    """Say what is served, and where."""
    what = "the demo's ledger" if is_demo else "your ledger"
    print(f"Serving {what} at {address} (Ctrl+C stops it).")
    print(f"The dashboard, live: {address}/dashboard")
    print(f"Try the API in a browser: {address}/openapi/swagger", flush=True)


def show_way_in(settings: Settings, address: str, listener: str | None) -> None:
    """Print a link on a terminal; what is not read by a person now may be kept as a log."""
    print("Nothing is open unasked; programs send a token: python start.py token create NAME")
    if sys.stdout.isatty():
        print(f"Enter, within ten minutes and once: {make_link(settings, address, listener)}")
        print("Another link: python start.py serve --link", flush=True)
    else:
        print("A link that lets a browser in: python start.py serve --link", flush=True)


def make_link(settings: Settings, address: str, listener: str | None) -> str:
    """Return a link that lets one browser in, once; raise where there is no ledger for it."""
    version = _read_version(settings)
    if not version and not settings.database_url:
        return f"{address}/dashboard"  # the demo's ledger, which is open
    check_schema(*(version or (None, None)))
    with closing(connect(settings, application="everheard serve")) as connection:
        return f"{address}/enter#{insert_entry(connection, listener=listener)}"


def find_ledger(settings: Settings) -> tuple[Settings, bool]:
    """Return the settings of the ledger to serve, and whether it is the demo's for lack of one.

    Where there is neither, or the demo's is of an older version, the demo is run first.
    Raises Failure, SchemaMismatch where the listener's own tables do not fit.
    """
    version = _read_version(settings)
    if version or settings.database_url:
        check_schema(*(version or (None, None)))
        return settings, False
    demo_settings = dataclasses.replace(settings, home=settings.home / "demo")
    if (_read_version(demo_settings) or (0, 0))[0] != SCHEMA_VERSION:
        print("There is no ledger yet: first the demo makes one to look at.\n")
        from cli import demo  # a container has no simulator, and no need of one

        demo.run_demo()
        print()
    return demo_settings, True


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
