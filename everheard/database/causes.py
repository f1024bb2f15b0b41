"""What databases say when they refuse, by words and by SQLSTATE, with what cures it.

Kept apart from ``refusals.py``, which reads: here is only what is known of PostgreSQL in many
languages, of poolers and of providers.
"""

from __future__ import annotations

from typing import NamedTuple

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
_SWITCHED_OFF = "its provider has switched it off: switch it on again on the provider's page"
_ASLEEP = "its provider could not wake it just now: the next run tries again"
_BLOCKED = (
    "it takes no sign-in for some minutes, after too many with a wrong password: put DATABASE_URL"
    " right first"
)
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
    """A pattern by which a cause is known (lower case), what to do, and whether it will last."""

    words: str
    cure: str
    is_final: bool = True


#: As PostgreSQL and its poolers say it, in the languages it is translated into.
_REFUSED_WORDS = (
    "password authentication failed|sasl authentication failed|wrong password"
    "|passwort-authentifizierung|autentificación password|autenticación password"
    "|authentification par mot de passe|autenticazione con password|パスワード認証"
    "|password 인증|autoryzacja hasłem|autenticação do tipo|по паролю|lösenordsautentisering"
    "|şifre doğrulaması|password 认证|密码认证|autentykacja hasłem|autenticação por senha"
    "|(?:peer|ident|ldap|pam|radius|gssapi)[ -]auth|authentification (?:peer|ident|ldap|pam)"
    "|not permitted to log in|darf nicht einloggen|darf sich nicht anmelden"
    "|n.est pas autorisé à se connecter|ログインが許可されていません"
)
_MANY_CLIENTS_WORDS = (
    "max clients reached|max client conn|max_client_conn|too many clients|rate limit exceeded"
    "|too many connections|too many database connection|connection slots|no more connections"
    "|query_wait_timeout|unable to check out connection|echeckouttimeout|zu viele verbindungen"
    "|trop de (?:clients|connexions)|demasiad[oa]s (?:clientes|conexiones)|troppi client"
    "|クライアント数が多すぎ|接続が多すぎ|接続数|слишком много|muitos clientes|muitas conexões"
)
_STARTING_WORDS = (
    "starting up|shutting down|administrator command|recovery mode|not yet accepting connections"
    "|datenbanksystem (?:startet|fährt|wird|ist im)|base de données (?:se lance|s.arrête|est en)"
    "|bases de données (?:se lance|s.arrête|est en)|sistema de base de datos|sistema di database"
    "|データベースシステムは|система баз данных"
)
_NOT_THERE_WORDS = (
    "does not exist|existiert nicht|no existe|n'existe pas|n’existe pas|non esiste|存在しません"
    "|não existe|не существует"
)


#: What providers say in words of their own, whatever the SQLSTATE beside them.
OF_PROVIDERS = (
    Cause("size limit|disk quota|no space left", _FULL),
    Cause(r"\bquota\b", _SPENT),
    Cause("tenant or user not found|tenant/user|tenant identifier", _POOLER_USER),
    Cause(
        "endpoint could not be found|project not found",
        "its provider knows no such project: copy the address anew from the provider's page",
    ),
    Cause("endpoint (?:is|has been) disabled|suspended|project is paused", _SWITCHED_OFF),
    Cause("control plane|compute node|authentication query", _ASLEEP, is_final=False),
    Cause("too many authentication failures|ecircuitbreaker", _BLOCKED),
    Cause(_MANY_CLIENTS_WORDS, _NO_CONNECTION, is_final=False),
    Cause(
        "server login failed|server_login_retry|cannot connect to server|server login has been",
        "its pooler does not reach it: see on the provider's page that it runs",
        is_final=False,
    ),
)
CAUSES = (
    *OF_PROVIDERS,
    Cause(_REFUSED_WORDS, _PASSWORD),
    Cause("no password supplied|empty password", "it wants a password and DATABASE_URL has none"),
    Cause(
        "name resolution",
        "the host in DATABASE_URL cannot be looked up just now: {host_cure}",
        is_final=False,
    ),
    Cause("could not translate host name", "the host in DATABASE_URL is not known: {host_cure}"),
    Cause(
        "network is unreachable|no route to host|cannot assign requested address|/100(?:51|65)\\)",
        "no way leads to the host in DATABASE_URL from this machine: {host_cure}",
        is_final=False,
    ),
    Cause("does not support ssl", "it refuses TLS: set sslmode in DATABASE_URL to what it offers"),
    Cause(
        "ssl (?:connection )?(?:is )?required|connection is insecure",
        "it wants TLS: put sslmode=require into DATABASE_URL",
    ),
    Cause(r"pg_hba\.conf", "it refuses this user, database or address, or wants sslmode=require"),
    # Said of a connection that had been good, SSL in the same words: nothing is set wrong.
    Cause("closed unexpectedly|connection unexpectedly|eof detected", _CUT, is_final=False),
    Cause(
        "ssl|certificate",
        "the TLS connection failed: check sslmode and sslrootcert in DATABASE_URL",
    ),
    Cause(
        "connection refused|/10061\\)|verbindungsaufbau abgelehnt|connexion refusée|接続を拒否",
        "nothing answers at that host and port: see that it runs",
        is_final=False,
    ),
    Cause(r"timeout expired|timed out|/10060\)", "it did not answer in time", is_final=False),
    Cause(_STARTING_WORDS, _STARTING, is_final=False),
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
CURES_BY_HOST = (
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
