"""Why a database says no, in one sentence with its cure: from SQLSTATE, else from its words.

While a connection is made the driver hands on the server's words and no SQLSTATE, in the
server's language and encoding. The causes that people meet are known by their words; of any
other refusal the server's own first line is told, without names, addresses and secrets.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import psycopg2

_FULL = "it is full: free room, or raise the limit with its provider"
_NO_CONNECTION = (
    "it has no connection left: use the pooled address where its provider has one; what other"
    " programs hold comes back"
)
_PASSWORD = "it refuses the user or password of DATABASE_URL"  # noqa: S105 (no password)
_NOT_THERE = "the database or user in DATABASE_URL is not there"
_SPENT = (
    "its provider's free quota is used up: it answers again when the provider's month begins anew,"
    " or on a larger plan"
)
_STARTING = "it is starting up or shutting down"
_POOLER_USER = (
    "the pooler knows no such project or user: copy the address anew from the provider's page; at"
    " Supabase's pooler the user is ROLE.REF (postgres and the project's reference), and a paused"
    " project has to be restored first"
)
_CUT = "the connection was cut"

CURES_BY_STATE = {
    "28P01": _PASSWORD,
    "28000": "it refuses the user of DATABASE_URL",
    "3D000": "there is no database of the name in DATABASE_URL",
    "42501": "the user of DATABASE_URL lacks the right to do this",
    "53100": _FULL,
    "53200": "it is out of memory",
    "53300": _NO_CONNECTION,
    "25006": "it is read-only just now",
    "55P03": "another runner held the lock for too long: the next run brings this in",
    "57014": "a statement took longer than the database allows",
    "57P01": "it was shut down in the middle",
    "57P03": _STARTING,
}


class Cause(NamedTuple):
    """Words by which a cause is known (lower case, "|" between), what to do, if it will last."""

    words: str
    cure: str
    is_final: bool = True


#: As PostgreSQL translates it.
_REFUSED_WORDS = (
    "password authentication failed|sasl authentication failed|wrong password"
    "|passwort-authentifizierung|autentificación password|autenticación password"
    "|authentification par mot de passe|autenticazione con password|パスワード認証"
    "|password 인증|autoryzacja hasłem|autenticação do tipo|по паролю|lösenordsautentisering"
    "|şifre doğrulaması|password 认证|密码认证"
)
_NOT_THERE_WORDS = (
    "does not exist|existiert nicht|no existe|n'existe pas|n’existe pas|non esiste|存在しません"
    "|não existe|не существует"
)


#: What providers say in words of their own, whatever the SQLSTATE beside them.
_OF_PROVIDERS = (
    Cause("size limit|disk quota|no space left", _FULL),
    Cause("quota", _SPENT),
    Cause("tenant or user not found|tenant/user|tenant identifier", _POOLER_USER),
    Cause(
        "endpoint could not be found|project not found",
        "its provider knows no such project: copy the address anew from the provider's page",
    ),
    Cause(
        "endpoint is disabled",
        "its provider has switched it off: switch its compute on, on the provider's page",
    ),
    Cause(
        "max clients reached|max client conn|max_client_conn|too many clients|rate limit exceeded"
        "|too many connections|connection slots|no more connections|query_wait_timeout",
        _NO_CONNECTION,
        is_final=False,
    ),
    Cause(
        "server login failed|server_login_retry|cannot connect to server|server login has been",
        "its pooler does not reach it: see on the provider's page that it runs",
        is_final=False,
    ),
)
_CAUSES = (
    *_OF_PROVIDERS,
    Cause(_REFUSED_WORDS, _PASSWORD),
    Cause("no password supplied|empty password", "it wants a password and DATABASE_URL has none"),
    Cause(
        "name resolution",
        "the host in DATABASE_URL cannot be looked up just now: {host_cure}",
        is_final=False,
    ),
    Cause("could not translate host name", "the host in DATABASE_URL is not known: {host_cure}"),
    Cause(
        "network is unreachable|no route to host|cannot assign requested address",
        "no way leads to the host in DATABASE_URL from this machine: {host_cure}",
        is_final=False,
    ),
    Cause("does not support ssl", "it refuses TLS: set sslmode in DATABASE_URL to what it offers"),
    Cause("pg_hba.conf", "it refuses this user, database or address, or wants sslmode=require"),
    # Said of a connection that had been good, SSL in the same words: nothing is set wrong.
    Cause("closed unexpectedly|connection unexpectedly|eof detected", _CUT, is_final=False),
    Cause(
        "ssl|certificate",
        "the TLS connection failed: check sslmode and sslrootcert in DATABASE_URL",
    ),
    Cause(
        "connection refused",
        "nothing answers at that host and port: see that it runs",
        is_final=False,
    ),
    Cause("timeout expired|timed out", "it did not answer in time", is_final=False),
    Cause("starting up|shutting down", _STARTING, is_final=False),
    Cause(
        "invalid uri query parameter|invalid connection option",
        "DATABASE_URL carries an option that libpq does not know",
    ),
    Cause(
        "invalid dsn|percent-encoded|invalid integer value|invalid port number",
        "DATABASE_URL cannot be read: special characters need %-encoding",
    ),
    Cause("no such file or directory", "its socket is not there: see that it runs", is_final=False),
    Cause(_NOT_THERE_WORDS, _NOT_THERE),
)

#: Cures of hosts that are not known or not reached, by how the host's name ends.
_CURES_BY_HOST = (
    (
        ".supabase.co",
        "Supabase's direct address speaks IPv6 only, which many networks and GitHub's runners do"
        " not: take the address of its pooler, whose user is postgres.REF; a paused project has"
        " to be restored first",
    ),
    (
        ".aivencloud.com",
        "Aiven switches free services off that nobody uses, and their names go: switch it on"
        " again in Aiven's console, or check the spelling",
    ),
    (".neon.tech", "copy the address anew from Neon's page, the project may be gone"),
)


def explain_connection(text: str) -> str:
    """Return why no connection came about, by the words of the driver and the server."""
    cause = _find_cause(text)
    if cause:
        return f"The database cannot be reached: {cause.cure.format(host_cure=_cure_host(text))}."
    said = quote_first_line(text)
    if not said:
        return "The database cannot be reached: the connection failed or was cut."
    return f"The database cannot be reached: it says {said!r}."


def explain_state(error: psycopg2.Error, code: str) -> str:
    """Return what a refusal with a SQLSTATE means; DETAIL and HINT are never told."""
    first_line = (error.diag.message_primary or "").split("\n")[0]
    said_by_provider = _find_cause(first_line, _OF_PROVIDERS)
    cure = said_by_provider.cure if said_by_provider else CURES_BY_STATE.get(code)
    if cure:
        return f"The database said no (SQLSTATE {code}): {cure}."
    constraint = error.diag.constraint_name
    place = f", constraint {constraint}" if constraint else ""
    return f"The database said no (SQLSTATE {code}{place}): {first_line}"


def is_final(error: Exception) -> bool:
    """Tell refusals that a second attempt cannot change from those it can."""
    cause = _find_cause(read_words(error))
    return cause is not None and cause.is_final


def read_words(error: Exception) -> str:
    """Return what was said, whatever its encoding: the driver takes UTF-8 alone."""
    if not isinstance(error, UnicodeDecodeError):
        return str(error)
    raw = bytes(error.object)
    for encoding in ("cp932", "euc_jp"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(re.findall("[\u3040-\u30ff]", text)) > 1:  # kana: Latin letters make none
            return text
    return raw.decode("cp1252", "replace")


def quote_first_line(text: str) -> str:
    """Return the server's own first line without names, addresses and what may be a secret."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = next((line for line in lines if _SEVERITY.search(line)), lines[0] if lines else "")
    said = _SEVERITY.split(said)[-1]
    for pattern in _PRIVATE:
        said = pattern.sub("…", said)
    said = "".join(letter for letter in " ".join(said.split()) if letter.isprintable())
    return said[:_LONGEST_QUOTE].strip(" :.")


_LONGEST_QUOTE = 160
_SEVERITY = re.compile(r"\b(?:FATAL|ERROR|FEHLER|ERREUR|PANIC|PÁNICO|FATALE?|ВАЖНО)\s?:\s+")
#: Names, in the quotation marks of many languages; an apostrophe within a word is none.
_QUOTED = re.compile(
    r"\"[^\"]*\"|(?<!\w)'[^']*'|`[^`]*`|“[^”]*”|”[^”]*”|„[^“”]*[“”]|«[^»]*»|»[^«]*«|「[^」]*」"
)
_PRIVATE = (
    _QUOTED,
    re.compile(r"\S*[@:/=]\S*"),  # addresses, and what stands behind a sign of equality
    re.compile(r"\b[\w-]+(?:\.[\w-]+)+\b"),  # host names, numeric addresses, ROLE.REF
    re.compile(r"[\w-]{24,}"),
)


def _find_cause(text: str, causes: tuple[Cause, ...] = _CAUSES) -> Cause | None:
    # A refused password may be told in several lines, the TLS attempt first: look in order.
    # What is quoted is a name that somebody gave, and may hold any words.
    folded = _QUOTED.sub("…", text).lower()
    return next(
        (one for one in causes if any(words in folded for words in one.words.split("|"))), None
    )


def _cure_host(text: str) -> str:
    """Return what cures a host that is not known or not reached."""
    found = re.search(r"(?:host name|server at|host) \"([^\"]*)\"", text)
    host = found[1].lower() if found else ""
    for ending, cure in _CURES_BY_HOST:
        if host.endswith(ending):
            return cure
    if host and "." not in host and host != "localhost":
        return (
            "check its spelling, and if it is a service of compose.yaml, start that with"
            " `docker compose up -d`"
        )
    if "name resolution" in text.lower():
        return "is this machine online?"
    if "could not translate" in text.lower():
        return "check its spelling"
    return "an address that is IPv6 only needs a network with IPv6"
