"""Look at everything that can stand in the way: ``python start.py doctor``.

A list of checks, each with a tick or its cure. Works on any machine and in Actions.
"""

from __future__ import annotations

import shlex
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from psycopg2.extensions import connection as Connection

from cli.commands import make_parser
from cli.doctor.backups import check_backup
from cli.doctor.check import Check, Mark, bad, good, note
from cli.doctor.github import check_github
from cli.doctor.imports import check_imports
from cli.doctor.ledger import check_ledger, check_sums, find_host
from cli.doctor.schedule import check_schedule
from cli.doctor.spotify import check_spotify
from cli.github.client import find_repository
from cli.setup.answers import read_answers
from everheard.config import Settings, read_settings
from everheard.database.connect import CHECKING, connect
from everheard.demo import say_where_demo_is
from everheard.failure import ConfigurationError, ExitCode, Failure, SchemaMismatch
from everheard.ledger.operations.health import LedgerHealth, read_health
from everheard.ledger.summaries import read_sample

UPGRADE = "`python start.py migrate upgrade`"
UNCHECKED = "nobody checks who answers (docs/setup.md, 'Who answers')"
NOBODY_TELLS = "nobody would tell you if every runner stopped"


def main(argv: list[str]) -> int:
    """Check everything; return 1 where something failed."""
    parser = make_parser("doctor", "Check everything, and name each cure.")
    parser.add_argument(
        "--share", action="store_true", help="hide names and hosts: for a bug report"
    )
    return run_doctor(is_shared=parser.parse_args(argv).share)


def run_doctor(*, is_shared: bool) -> int:
    """Print every check; return 1 where one of them failed, else 0.

    ``is_shared`` hides names, hosts and folders, so that the list can go into a bug report.
    """
    try:
        settings = read_settings(needs_spotify=False)
    except ConfigurationError as error:
        for fault in error.faults:
            print(bad("settings", fault, "docs/settings.md explains each one"))
        return 1
    health: list[LedgerHealth] = []
    of_database = check_database(settings, health)
    checks = [
        *check_settings(settings, health),
        *check_env_file(settings.env_file),
        *of_database,
        *check_demo(settings, health),
        *check_spotify(settings, health[0] if health else None),
        *check_github(find_repository(settings)),
        *check_schedule(settings.home),
        *([] if is_import_only(settings, health) else [check_healthcheck(settings)]),
        *check_history(settings, health),
    ]
    hidden = list_hidden(settings, health) if is_shared else []
    for check in checks:
        print(hide(str(check), hidden))
    failed = sum(check.mark is Mark.BAD for check in checks)
    coming = sum(check.mark is Mark.SOON for check in checks)
    print(f"doctor: {len(checks)} checks, {failed} failed, {coming} to see to soon")
    return 1 if failed else int(ExitCode.DONE)


def check_settings(settings: Settings, health: list[LedgerHealth]) -> list[Check]:
    """Judge the settings as a job would; who only imports needs none of Spotify's."""
    version = "{}.{}.{}".format(*sys.version_info[:3])
    if is_import_only(settings, health):
        says = f"complete for imports, which need no app; Python {version}"
        return [good("settings", says)]
    try:
        read_settings()
    except ConfigurationError as error:
        return [
            bad("settings", fault.partition(":")[0], "`python start.py setup`")
            for fault in error.faults
        ]
    return [good("settings", f"complete; Python {version}")]


def is_import_only(settings: Settings, health: list[LedgerHealth]) -> bool:
    """Say whether a ledger lives by imports alone: no app, no sign-in, and plays all the same."""
    has_app = settings.client_id or settings.client_secret or settings.sign_ins
    return not has_app and any(one.imported_at and not one.sign_ins for one in health)


def check_demo(settings: Settings, health: list[LedgerHealth]) -> list[Check]:
    """Say where the demo is to whoever looks for it in a ledger in which nobody is."""
    where = say_where_demo_is(settings.home)
    if not where or any(one.listeners for one in health):
        return []
    return [note("demo", where)]


def check_env_file(env_file: Path) -> list[Check]:
    """Judge whether the secrets on this machine are their owner's alone."""
    if sys.platform == "win32" or not env_file.exists():
        return []
    if env_file.stat().st_mode & 0o077:
        cure = f"`chmod 600 {shlex.quote(str(env_file))}`"
        return [bad(env_file.name, "holds secrets that others on this machine may read", cure)]
    return [good(env_file.name, "only its owner may read it")]


def check_database(settings: Settings, health: list[LedgerHealth]) -> list[Check]:
    """Connect and read the ledger's state; what was read is left in ``health``."""
    try:
        with closing(connect(settings, application="everheard doctor")) as connection:
            checks = [good("database", "reachable"), *check_way(settings.database_url, connection)]
            try:
                health.append(read_health(connection, client_id=settings.client_id))
                checks += [*check_imports(connection), check_backup(connection)]
                sums = check_sums(read_sample(connection))
            except SchemaMismatch as failure:
                return [*checks, bad("schema", str(failure), UPGRADE)]
    except Failure as failure:
        return [bad("database", "not reachable", str(failure))]
    is_fed = not is_import_only(settings, health)
    return [*checks, *check_ledger(health[0], settings, is_fed=is_fed), sums]


def check_way(url: str, connection: Connection) -> list[Check]:
    """Judge the way there: embedded, or encrypted; direct, or through which pooler."""
    host = find_host(url)
    if not host:
        return [note("kind", "a PostgreSQL on this machine: GitHub cannot reach it")]
    pooler = "direct, or a pooler that does not say so"
    if "-pooler." in host:
        pooler = "Neon's pooler"
    elif "pooler.supabase.com" in host:
        is_transaction = urlsplit(url).port == 6543
        pooler = f"Supabase's pooler in {'transaction' if is_transaction else 'session'} mode"
    checks = [good("connection", pooler)]
    asked = parse_qs(urlsplit(url).query).get("sslmode", [""])
    if connection.info.ssl_in_use:
        who = "and the server has shown who it is" if asked[-1] in CHECKING else UNCHECKED
        return [*checks, good("TLS", f"the connection is encrypted, {who}")]
    if host in {"127.0.0.1", "::1", "localhost"}:
        return checks
    if "disable" in asked:
        return [*checks, note("TLS", "switched off in DATABASE_URL (sslmode=disable)")]
    return [
        *checks,
        bad("TLS", "the connection is not encrypted", "add ?sslmode=require to DATABASE_URL"),
    ]


def check_healthcheck(settings: Settings) -> Check:
    """Judge whether somebody outside would notice silence; a no is repeated, not nagged about."""
    if settings.healthcheck_url:
        return good("watch from outside", "HEALTHCHECK_URL is set")
    return note("watch from outside", NOBODY_TELLS, "docs/never-late.md, HEALTHCHECK_URL")


def check_history(settings: Settings, health: list[LedgerHealth]) -> list[Check]:
    """Remind of the extended history that was asked for, until a file of it arrives."""
    asked_on = read_answers(settings.home).get("history_asked_on")
    if not asked_on or (health and health[0].imported_at):
        return []
    return [
        note(
            "extended history",
            f"asked for on {asked_on}; Spotify takes up to 30 days",
            "bring its zip in when Spotify's mail comes",
        )
    ]


def list_hidden(settings: Settings, health: list[LedgerHealth]) -> list[str]:
    """Return the words that a shared list must not show, longest first."""
    parts = urlsplit(settings.database_url)
    words = {
        parts.hostname or "",
        parts.username or "",
        parts.path.strip("/"),
        settings.client_id,
        settings.runner,
        find_repository(settings),
        str(settings.home),
        str(Path.home()),
        str(settings.env_file.parent),
    }
    for one in health:
        words |= {sign_in.name or "" for sign_in in one.sign_ins}
        words |= {listener.name or "" for listener in one.listeners}
        words |= {runner.name for runner in one.runners}
    return sorted((word for word in words if len(word) > 1), key=len, reverse=True)


def hide(text: str, hidden: list[str]) -> str:
    """Return the text with every hidden word blacked out."""
    for word in hidden:
        text = text.replace(word, "[hidden]")
    return text
