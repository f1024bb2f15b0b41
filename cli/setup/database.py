"""Choose the database: the embedded one, or an address; then make its tables."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

from cli.env_file import write_settings
from cli.setup.ask import ask_secret
from cli.setup.moving import offer_move
from everheard.config import Settings, read_settings
from everheard.database.connect import CHECKING, connect, translate_errors
from everheard.database.embedded.folder import find_layout
from everheard.database.statements import read_query
from everheard.failure import Failure, SchemaMismatch
from everheard.ledger.operations.health import read_health
from everheard.rims.typed import START
from migrate.upgrade import to_direct_url, upgrade


def is_ready(settings: Settings) -> str:
    """Return what is there where the chosen database answers with its tables, else nothing."""
    if not settings.database_url and not _has_embedded(settings):
        return ""  # nobody has chosen yet
    try:
        with closing(connect(settings, application="everheard setup")) as connection:
            health = read_health(connection, client_id=settings.client_id)
    except Failure:
        return ""
    kind = "your database" if settings.database_url else "the embedded database"
    return f"{kind} answers, PostgreSQL {health.server_version.split(' ')[0]}"


def _has_embedded(settings: Settings) -> bool:
    """Say whether the embedded database was chosen: connecting to it would make it."""
    is_made = find_layout(settings.home).data_dir.exists()
    return is_made and (settings.home / "setup.json").exists()


def choose_database(settings: Settings) -> str:
    """Ask for the address until one answers, keep it, and make the tables."""
    print("Enter alone uses the PostgreSQL that comes with Everheard, on this machine.")
    print("To let GitHub run the jobs, paste the address of one that it can reach: free ones are")
    print("Neon, Supabase and Aiven; of Neon's two addresses, either will do.")
    while True:
        url = to_pooled_url(ask_secret("Database address"))
        try:
            is_encrypted = _try(replace(settings, database_url=url))
            break
        except Failure as failure:
            print(f"{failure}\nOnce more, please.")
    if is_encrypted:
        url = to_checked_url(settings, url)
    if url != settings.database_url:
        if not is_same(url, settings.database_url):
            leave(settings, url)
        write_settings(settings.env_file, {"DATABASE_URL": url})
    return upgrade(read_settings(needs_spotify=False))


def leave(settings: Settings, url: str) -> None:
    """Say what stays behind in the database so far; offer to bring it to an empty new one."""
    left = describe_left(settings)
    print(left, end="")
    if left and not count_plays(replace(settings, database_url=url)) and count_known(settings):
        offer_move(settings, url)


def count_known(settings: Settings) -> int:
    """Return how many plays a database holds, 0 where it cannot be asked."""
    try:
        return count_plays(settings)
    except Failure:
        return 0


def is_same(url: str, other: str) -> bool:
    """Say whether two addresses name one database, whoever signs in and how."""
    return bool(url and other) and _find_place(url) == _find_place(other)


def _find_place(url: str) -> tuple[str, ...]:
    parts = urlsplit(to_direct_url(url))
    asked = parse_qs(parts.query)
    host = parts.hostname or asked.get("host", [""])[0]
    return host, str(parts.port or asked.get("port", ["5432"])[0]), parts.path.strip("/")


def describe_left(settings: Settings) -> str:
    """Return what the database so far holds and what can be done, "" where it holds nothing."""
    if not settings.database_url and not find_layout(settings.home).data_dir.exists():
        return ""
    where = name_database(settings)
    back = f"`{START} setup database` with its address" if settings.database_url else ""
    back = back or f"`{START} setup database` and Enter alone"
    try:
        count = count_plays(settings)
    except Failure as failure:
        held = f"cannot be asked what it holds ({failure})\nWhatever it holds stays there"
    else:
        if not count:
            return ""
        held = f"holds {count:,} play{'s' if count > 1 else ''}, which stay there"
    return (
        f"The database so far ({where}) {held}: none is lost, and none comes along by itself.\n"
        f"To bring them along: docs/move.md. To go back: {back}.\n"
    )


def name_database(settings: Settings) -> str:
    """Name the database so that its owner knows it again, without user and password."""
    if not settings.database_url:
        return f"the embedded one in {settings.home}"
    parts = urlsplit(settings.database_url)
    return f"{parts.path.strip('/')} on {parts.hostname or 'this machine'}"


def count_plays(settings: Settings) -> int:
    """Return how many plays the ledger holds, 0 where there is no ledger."""
    try:
        with (
            closing(connect(settings, application="everheard setup")) as connection,
            translate_errors(),
            connection.cursor() as cursor,
        ):
            cursor.execute(read_query("setup/plays"))
            row = cursor.fetchone()
    except SchemaMismatch:
        return 0
    return int(row[0]) if row else 0


def _try(settings: Settings) -> bool:
    """Check the address's form, then connect; say whether the way there is encrypted.

    An empty database is a good one.
    """
    read_settings(
        {"DATABASE_URL": settings.database_url}, env_file=Path("no.env"), needs_spotify=False
    )
    with closing(connect(settings, application="everheard setup")) as connection:
        with suppress(SchemaMismatch):
            read_health(connection, client_id=settings.client_id)
        return bool(connection.info.ssl_in_use)


def to_checked_url(settings: Settings, url: str) -> str:
    """Return the address by which a server has to show who it is, where this one can.

    Encryption alone keeps out who listens, not who answers in the server's place.
    """
    parts = urlsplit(url)
    asked = parse_qs(parts.query, keep_blank_values=True)
    if asked.get("sslmode", [""])[-1] in CHECKING:
        return url
    query = urlencode({**asked, "sslmode": ["verify-full"]}, doseq=True, safe="/", quote_via=quote)
    checked = urlunsplit(parts._replace(query=query))
    try:
        _try(replace(settings, database_url=checked))
    except Failure as failure:
        print(
            "The way there is encrypted, but nobody checks who answers:"
            " docs/setup.md, 'Who answers'."
            f"\nWith sslmode=verify-full: {failure}"
        )
        return url
    print("The server has shown who it is, and has to from now on (sslmode=verify-full).")
    return checked


def to_pooled_url(url: str) -> str:
    """Return Neon's pooled address for either of its two; any other address as it is.

    Jobs belong on the pooled one; migrate finds the way to the direct one by itself.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    name, dot, rest = host.partition(".")
    if not host.endswith(".neon.tech") or name.endswith("-pooler"):
        return url
    user, at, place = parts.netloc.rpartition("@")
    pooled = place.replace(host, f"{name}-pooler{dot}{rest}", 1)
    return urlunsplit(parts._replace(netloc=f"{user}{at}{pooled}"))
