"""The Power BI project with this ledger's server and database filled in, ready to open."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cli.commands import make_parser
from everheard.config import PROJECT_DIR, Settings, read_settings
from everheard.failure import ConfigurationError
from everheard.rims.plain import to_line
from migrate.role import ReaderRole, renew_role
from migrate.upgrade import to_direct_url

SOURCE = PROJECT_DIR / "powerbi"
_CLIPBOARDS = {"win32": ["clip"], "darwin": ["pbcopy"]}


def main(argv: list[str]) -> int:
    """Fill the project in and open it; say what was done."""
    make_parser("powerbi", "Fill the Power BI project in and open it.").parse_args(argv)
    print(open_project(read_settings(needs_spotify=False)))
    return 0


def open_project(settings: Settings) -> str:
    """Renew bi_reader, fill a copy of the project in, open it; say which dialog follows."""
    server, database = find_server(settings.database_url)
    reader = renew_role(settings, "bi_reader")
    project = write_copy(settings.home / "powerbi", server, database)
    where = hand_over(reader)
    opened = "" if _show(project) else "Open that file in Power BI Desktop. "
    return (
        f"powerbi: {to_line(project)} reads {to_line(database)} on {server}.\n"
        f"{opened}Power BI Desktop asks once for a sign-in: choose 'Database', user {reader.name},"
        f" password {where}."
    )


def find_server(database_url: str) -> tuple[str, str]:
    """Return host (with its port, where unusual) and database, as Power BI asks for them.

    Raises ConfigurationError where there is no server that another program could reach.
    """
    parts = urlsplit(to_direct_url(database_url))
    if not parts.hostname or "host" in parse_qs(parts.query):
        raise ConfigurationError(
            ["Power BI needs a server it can reach: set DATABASE_URL (docs/powerbi.md says how)"]
        )
    port = f":{parts.port}" if parts.port not in {None, 5432} else ""
    return parts.hostname + port, parts.path.strip("/")


def write_copy(folder: Path, server: str, database: str) -> Path:
    """Copy the project into a folder and fill its two parameters in; return what to open."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE, folder)
    parameters = folder / "Everheard.SemanticModel" / "definition" / "expressions.tmdl"
    text = parameters.read_text(encoding="utf-8")
    for name, default, value in (
        ("Server", "localhost", server),
        ("Database", "everheard", database),
    ):
        quoted = value.replace('"', '""')
        text = text.replace(f'{name} = "{default}"', f'{name} = "{quoted}"')
    parameters.write_text(text, encoding="utf-8", newline="\n")
    return folder / "Everheard.pbip"


def _show(project: Path) -> bool:
    """Open the project where Power BI Desktop is; say whether it is there."""
    if sys.platform != "win32":
        return False
    try:
        os.startfile(project)  # noqa: S606 (our own file)
    except OSError:  # no program is known for .pbip
        return False
    return True


def hand_over(reader: ReaderRole) -> str:
    """Put the password on the clipboard; return the words for where it is.

    A clipboard may be installed and out of reach (no display): then the words are the password,
    which is nowhere else.
    """
    program = _CLIPBOARDS.get(sys.platform, ["xclip", "-selection", "clipboard"])
    if shutil.which(program[0]):
        told = subprocess.run(  # noqa: S603
            program, input=reader.password.encode(), stderr=subprocess.DEVNULL, check=False
        )
        if told.returncode == 0:
            return "from the clipboard"
    return reader.password
