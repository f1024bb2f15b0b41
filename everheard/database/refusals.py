"""Why a database says no, in one sentence with its cure: from SQLSTATE, else from its words.

While a connection is made the driver hands on the server's words and no SQLSTATE, in the
server's language and encoding. The causes that people meet are known by their words; of any
other refusal the server's own first line is told, without names, addresses and secrets.
"""

from __future__ import annotations

import re

import psycopg2

from everheard.database.causes import CAUSES, CURES_BY_HOST, CURES_BY_STATE, OF_PROVIDERS, Cause
from everheard.rims.plain import to_line
from everheard.rims.secrets import hide_secrets


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
    first_line = read_first_line(error)
    said_by_provider = _find_cause(first_line, OF_PROVIDERS)
    cure = said_by_provider.cure if said_by_provider else CURES_BY_STATE.get(code)
    if cure:
        return f"The database said no (SQLSTATE {code}): {cure}."
    constraint = error.diag.constraint_name or ""
    if code == "23503" and constraint.endswith("_listener_fk"):
        return (
            "The listener was forgotten meanwhile (`python start.py forget`): nothing of this was"
            " kept. Take their token out of the settings of this machine."
        )
    place = f", constraint {constraint}" if constraint else ""
    return f"The database said no (SQLSTATE {code}{place}): {first_line}"


def read_first_line(error: psycopg2.Error) -> str:
    """Return the first line of what the server says: it may quote a name, or an address."""
    return to_line(hide_secrets(error.diag.message_primary or "").split("\n")[0])


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
    # Before anything is cut: half a secret is none that is known.
    lines = [line.strip() for line in hide_secrets(text).splitlines() if line.strip()]
    said = next((line for line in lines if _SEVERITY.search(line)), lines[0] if lines else "")
    said = _SEVERITY.split(said)[-1]
    said = re.sub("^connection to server at .* failed: ", "", said)
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


def _find_cause(text: str, causes: tuple[Cause, ...] = CAUSES) -> Cause | None:
    # A refused password may be told in several lines, the TLS attempt first: look in order.
    # What is quoted is a name that somebody gave, and may hold any words.
    folded = _QUOTED.sub("…", text).lower()
    return next((one for one in causes if re.search(one.words, folded)), None)


def _cure_host(text: str) -> str:
    """Return what cures a host that is not known or not reached."""
    found = re.search(r"(?:host name|server at|host) \"([^\"]*)\"", text)
    host = found[1].lower() if found else ""
    for ending, cure in CURES_BY_HOST:
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
