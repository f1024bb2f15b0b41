"""The Power BI project with this ledger's server and database filled in, ready to open.

People work in it: what they changed or added stays as it is, and what was done is said.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from cli.commands import make_parser
from cli.powerbi_way import find_way
from everheard.config import PROJECT_DIR, Settings, read_settings
from everheard.failure import ConfigurationError
from everheard.files import read_file, write_file
from everheard.rims.plain import to_line
from everheard.rims.typed import START
from everheard.written import Written
from migrate.role import LedgerRole, renew_role

SOURCE = PROJECT_DIR / "powerbi"
REPORT, MODEL = "Everheard.Report/", "Everheard.SemanticModel/"
PARAMETERS = f"{MODEL}definition/expressions.tmdl"
_CLIPBOARDS = {"win32": ["clip"], "darwin": ["pbcopy"]}


class Project(NamedTuple):
    """What is to be opened, and what was done to get there, in sentences."""

    file: Path
    done: str


def main(argv: list[str]) -> int:
    """Fill the project in and open it; say what was done."""
    parser = make_parser("powerbi", "Fill the Power BI project in and open it.")
    parser.add_argument(
        "--new-password",
        action="store_true",
        help="give bi_reader another password: every program that has the old one needs it",
    )
    options = parser.parse_args(argv)
    settings = read_settings(needs_spotify=False)
    print(open_project(settings, has_new_password=options.new_password))
    return 0


def open_project(settings: Settings, *, has_new_password: bool = False) -> str:
    """Fill the project in, see to bi_reader, open it; say what was done and which dialog follows.

    The files come first: where one cannot be written nothing was changed, the password neither.
    """
    way = find_way(settings)
    project = write_project(settings.home / "powerbi", way.server, way.database)
    reader = renew_role(settings, "bi_reader", keeps_password=not has_new_password)
    told = tell_password(reader)
    opened = "" if _show(project.file) else "Open that file in Power BI Desktop. "
    return (
        f"powerbi: {to_line(project.file)} reads {to_line(way.database)} on {way.server}.\n"
        f"{project.done}\n{opened}Power BI Desktop asks once for a sign-in: choose 'Database',"
        f" user {reader.name}{to_line(way.suffix)}, {told}"
        + (f"\n{way.advice}" if way.advice else "")
    )


def write_project(folder: Path, server: str, database: str) -> Project:
    """Write the project, or what of it nobody has changed; say which.

    A part that a person changed is theirs: the report stays, and of the model only the two
    parameters are set; a newer model is written into a folder beside.
    """
    files = fill_in(server, database)
    written = Written(folder)
    try:
        if not any((folder / name).exists() for name in ("Everheard.pbip", REPORT, MODEL)):
            return _write(written, files, "Report and model are new here.")
        changed = {part: list_changed(written, part) for part in (REPORT, MODEL)}
        if not changed[MODEL]:
            ours = {name: text for name, text in files.items() if not name.startswith(REPORT)}
            if changed[REPORT]:
                said = f"Your report stays as you left it ({_name(changed[REPORT])}); the model"
                return _write(written, ours, f"{said} was renewed.")
            return _write(written, files, "Report and model were renewed: nobody changed them.")
        return _set_parameters(written, files, changed[MODEL])
    except OSError as error:
        where = error.filename or folder
        raise ConfigurationError(
            [
                f"{where} cannot be written ({error.strerror}): close Power BI Desktop and type"
                " the same again; nothing was changed, the password is the one you have"
            ]
        ) from None


def fill_in(server: str, database: str) -> dict[str, bytes]:
    """Return the project's files by name, its two parameters filled in."""
    files = {
        path.relative_to(SOURCE).as_posix(): path.read_bytes().replace(b"\r\n", b"\n")
        for path in sorted(SOURCE.rglob("*"))
        if path.is_file() and ".pbi" not in path.parts
    }
    return files | {PARAMETERS: set_parameters(files[PARAMETERS], server, database)}


def set_parameters(text: bytes, server: str, database: str) -> bytes:
    """Return the model's expressions with its two parameters set; all else stays."""
    for name, value in (("Server", server), ("Database", database)):
        quoted = value.replace('"', '""').replace("\\", r"\\").encode()
        pattern = rf'(?m)^(expression {name} = )"(?:[^"]|"")*"'.encode()
        text = re.sub(pattern, rb'\g<1>"' + quoted + b'"', text)
    return text


def list_changed(written: Written, part: str) -> list[str]:
    """Return the files of a part that a person changed, added or took away, Desktop's cache not."""
    ours = {name for name in written.names if name.startswith(part)}
    found = {
        path.relative_to(written.folder).as_posix()
        for path in (written.folder / part).rglob("*")
        if path.is_file() and ".pbi" not in path.parts
    }
    return sorted((ours ^ found) | set(written.find_theirs(ours)))


def _write(written: Written, files: dict[str, bytes], done: str) -> Project:
    """Write files of ours; what an earlier version had and this one has not goes."""
    theirs = written.find_theirs(name for name in files if "/" not in name)
    files = {name: text for name, text in files.items() if name not in theirs}
    parts = {name.partition("/")[0] for name in files}
    outdated = {name for name in written.names if name.partition("/")[0] in parts} - set(files)
    written.write(files, outdated=outdated)
    return Project(written.folder / "Everheard.pbip", done)


def _set_parameters(written: Written, files: dict[str, bytes], changed: list[str]) -> Project:
    """Set the two parameters of a model that is the person's; a newer model goes beside it."""
    done = f"Your model stays as you left it ({_name(changed)})"
    shipped = {name for name in files if name.startswith(MODEL) and name != PARAMETERS}
    newer = ""
    if not written.knows({name: files[name] for name in shipped}):
        newer = f"\nA newer model lies beside it: {_write_beside(written.folder, files)}"
    parameters = written.folder / PARAMETERS
    text = read_file(parameters) if parameters.exists() else b""
    server, database = _read_parameters(files[PARAMETERS])
    now = set_parameters(text, server, database)
    set_them = "only Server and Database were set"
    if _read_parameters(now) != (server, database):
        set_them = "its parameters were not found: set Server and Database in Power BI Desktop"
    elif now != text:
        write_file(parameters, now)
    return Project(written.folder / "Everheard.pbip", f"{done}; {set_them}.{newer}")


def _write_beside(folder: Path, files: dict[str, bytes]) -> Path:
    """Write the whole project into the first folder beside in which nobody works."""
    number = 2
    while True:
        beside = Written(folder.with_name(f"{folder.name}-{number}"))
        is_new = not beside.folder.exists()
        if is_new or not (list_changed(beside, REPORT) or list_changed(beside, MODEL)):
            return _write(beside, files, "").file
        number += 1


def _read_parameters(text: bytes) -> tuple[str, ...]:
    """Return what Server and Database are set to."""
    values = re.findall(r'(?m)^expression (?:Server|Database) = "((?:[^"]|"")*)"', text.decode())
    return tuple(value.replace('""', '"') for value in values)


def _name(names: list[str]) -> str:
    shown = [name.rpartition("/")[2] for name in names[:2]]
    return ", ".join(shown) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def _show(project: Path) -> bool:
    """Open the project where Power BI Desktop is; say whether it is there."""
    if sys.platform != "win32":
        return False
    try:
        os.startfile(project)  # noqa: S606 (our own file)
    except OSError:  # no program is known for .pbip
        return False
    return True


def tell_password(reader: LedgerRole) -> str:
    """Return the words for the password: kept, or new and where it is."""
    if not reader.password:
        return (
            "with the password it has: it was not changed."
            f" Lost? `{START} powerbi --new-password` makes another."
        )
    return f"password {hand_over(reader)}. It is new, and in no other place."


def hand_over(reader: LedgerRole) -> str:
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
