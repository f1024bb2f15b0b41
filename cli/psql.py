"""Open one's own ledger in ``psql``: ``python start.py psql``, ``psql --print``."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from cli.commands import make_parser
from everheard.config import Settings, read_settings
from everheard.database import embedded
from everheard.database.connect import connect, find_database_url
from everheard.demo import DEMO_FOLDER, is_demo_there
from everheard.failure import ConfigurationError
from everheard.rims.terminal import print_whole


class Psql(NamedTuple):
    """What opens psql, and what it is told beside: the password, which is no word to be seen."""

    command: list[str]
    environ: dict[str, str]


def main(argv: list[str]) -> int:
    """Open psql on the ledger, or print what does."""
    parser = make_parser("psql", "Open your ledger in PostgreSQL's own terminal.")
    parser.add_argument("--print", action="store_true", help="print the command, to paste it")
    parser.add_argument("--demo", action="store_true", help="the ledger of the demo instead")
    options = parser.parse_args(argv)
    settings = read_settings(needs_spotify=False)
    opened = open_demo(settings.home) if options.demo else open_own(settings)
    if options.print:
        print_whole(join(opened.command))
        return 0
    environ = {**os.environ, **opened.environ}
    return subprocess.run(opened.command, env=environ, check=False).returncode  # noqa: S603


def open_own(settings: Settings) -> Psql:
    """Return what opens the person's own ledger, wherever it is; its tables are made if need be."""
    if settings.database_url:
        return split_address(find_database_url(settings))
    with closing(connect(settings, application="everheard psql")):
        pass
    return Psql(embedded.psql_command(embedded.start(settings.home)), {})


def open_demo(home: Path) -> Psql:
    """Return what opens the ledger that the demo made."""
    if not is_demo_there(home):
        raise ConfigurationError(["There is no demo yet: `python start.py demo` makes it"])
    return Psql(embedded.psql_command(embedded.start(home / DEMO_FOLDER)), {})


def split_address(url: str) -> Psql:
    """Return psql on an address, from which the password is taken: a process list shows words."""
    parts = urlsplit(url)
    user, _, password = (parts.netloc.rpartition("@")[0]).partition(":")
    host = parts.netloc.rpartition("@")[2]
    asked = [pair for pair in parts.query.split("&") if pair]
    others = [pair for pair in asked if not pair.startswith("password=")]
    password = next((pair.partition("=")[2] for pair in asked if pair not in others), password)
    place = f"{user}@{host}" if user else host
    bare = urlunsplit(parts._replace(scheme="", netloc=place, query="&".join(others)))
    bare = f"{parts.scheme}://{bare.removeprefix('//')}"  # though no server is named
    environ = {"PGPASSWORD": unquote(password)} if password else {}
    return Psql([find_psql(), bare], environ)


def find_psql() -> str:
    """Return the program: the one that comes along, else the system's."""
    try:
        name = "psql.exe" if sys.platform == "win32" else "psql"
        return str(embedded.bin_dir() / name)
    except ConfigurationError:
        if found := shutil.which("psql"):
            return found
        raise ConfigurationError(["psql is not here: install PostgreSQL's client"]) from None


def join(command: list[str]) -> str:
    """Return a command in one line to paste into a terminal of this system."""
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)
