"""The way to this ledger's database for Power BI: server, user, certificate, by provider.

Power BI knows a server with its port, a database, a user and a password, and nothing of what else
an address can say. It asks the server for a certificate that Windows knows (docs/powerbi.md).
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from everheard.config import Settings
from everheard.database import embedded
from everheard.database.embedded.cluster import NAME
from everheard.database.embedded.folder import uses_tcp
from everheard.failure import ConfigurationError
from migrate.upgrade import to_direct_url

#: Whose certificates no Windows knows: how the host ends, who it is.
SELF_SIGNED = {
    ".supabase.com": "Supabase",
    ".supabase.co": "Supabase",
    ".aivencloud.com": "Aiven",
}
UNENCRYPTED = (
    "Nothing leaves this computer, so that way is not encrypted: where Power BI Desktop asks"
    " whether to go on without, choose OK. The database has to run:"
    " any command of Everheard's starts it."
)


class Way(NamedTuple):
    """Server (with its port, where unusual) and database, what its users' names end with, advice.

    ``advice`` are sentences for whoever goes this way, "" where there is nothing to say.
    """

    server: str
    database: str
    suffix: str = ""
    advice: str = ""


def find_way(settings: Settings) -> Way:
    """Return the way; raise ConfigurationError where no other program can reach the server."""
    if settings.database_url:
        return find_way_to(settings.database_url)
    if not uses_tcp():
        raise ConfigurationError(
            [
                "The database that comes along listens to programs on this machine by a socket"
                " here, and Power BI Desktop runs on Windows: set DATABASE_URL to a server that"
                " both reach (docs/powerbi.md)"
            ]
        )
    port = embedded.start(settings.home).port
    return Way(f"127.0.0.1:{port}", NAME, advice=UNENCRYPTED)


def find_way_to(database_url: str) -> Way:
    """Return the way to the server of an address."""
    parts = urlsplit(to_direct_url(database_url))
    host = parts.hostname or ""
    if not host or "host" in parse_qs(parts.query):
        raise ConfigurationError(
            ["Power BI needs a server it can reach: set DATABASE_URL (docs/powerbi.md says how)"]
        )
    suffix, port = "", parts.port
    if host.endswith(".pooler.supabase.com"):
        # One pooler for all projects tells them apart by the user's name. The port of its
        # transactions (6543) gives no sessions, which Power BI's driver counts on.
        _, dot, project = unquote(parts.username or "").partition(".")
        suffix, port = dot + project, 5432
    elif host.endswith(".supabase.co"):
        port = 5432
    server = host + (f":{port}" if port not in {None, 5432} else "")
    return Way(server, parts.path.strip("/"), suffix, _advise(host))


def _advise(host: str) -> str:
    provider = next((name for end, name in SELF_SIGNED.items() if host.endswith(end)), "")
    if not provider:
        return ""
    advice = (
        f"{provider} signs its certificates itself: install its root certificate in Windows first,"
        f" or Power BI Desktop refuses the server (docs/powerbi.md, {provider})."
    )
    if host.endswith(".supabase.co"):
        advice += (
            " This host is reached by IPv6 alone, as long as you pay for no IPv4 address: where"
            " your network has none, take the session pooler's address."
        )
    return advice
