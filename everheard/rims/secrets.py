"""The secrets that this process knows, and the scrub that keeps them from leaving it.

Whoever reads or is given a secret tells it here (``know``). What leaves is scrubbed of each of
them, in the spellings in which an error or an address may hold it: as it is, percent-encoded,
quoted, in hex and in base64.
"""

from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

HIDDEN = "[hidden]"
#: Below this nothing is hidden: hardly a secret, and half of every sentence would go.
_SHORTEST = 4
#: A shorter word is hidden where it stands alone: it may be a part of our own words.
_SHORT = 12

_patterns: dict[str, re.Pattern[str]] = {}
#: Secrets that nobody told us, by the words around them.
_MARKED = (
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s/:@'\"<>]*:)([^\s'\"<>]+)(?=@)"), r"\1" + HIDDEN),
    (
        re.compile(
            r"(?i)((?:\b|_)(?:password|passwd|passphrase|sslpassword|client_secret|refresh_token"
            r"|access_token|code_verifier|api_key)=)[^\s&'\"<>;]+"
        ),
        r"\1" + HIDDEN,
    ),
    (re.compile(r"([?&](?:code|token)=)[^\s&'\"<>;]+"), r"\1" + HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{16,}"), r"\1 " + HIDDEN),
)


def know(*secrets: str | None) -> None:
    """Keep these from leaving, from now on."""
    for secret in secrets:
        if secret and len(secret) >= _SHORTEST and secret not in _patterns:
            _patterns[secret] = _compile(secret)
    if any(secrets):  # a secret may hold another: the longer goes first
        for known in sorted(_patterns, key=len, reverse=True):
            _patterns[known] = _patterns.pop(known)


def know_address(url: str) -> None:
    """Keep the password in the address of a database from leaving, wherever it stands in it."""
    place = url.partition("://")[2].rpartition("@")[0]
    found = {place.partition(":")[2]} if ":" in place else set()
    try:
        query = parse_qsl(urlsplit(url).query)
    except ValueError:  # an address that cannot be read has a password all the same
        query = parse_qsl(url.partition("?")[2])
    found |= {part for one in found for part in re.split("[#/?]", one) if len(part) > 7}
    found |= {value for name, value in query if "password" in name.lower()}
    # What some program has encoded in another way than the standard's is told in that way.
    spellings = {unquote(one, encoding) for one in found for encoding in ("utf-8", "cp1252")}
    know(*found, *spellings)


def know_link(url: str) -> None:
    """Keep an address that is a secret itself, and the part that makes it one, from leaving."""
    know(url, *(part for part in re.split(r"[/?&=]", url.partition("://")[2])[1:] if len(part) > 7))


def hide_secrets(text: str) -> str:
    """Return the text without any secret that is known, or marked as one."""
    for pattern in list(_patterns.values()):
        text = pattern.sub(HIDDEN, text)
    for marked, instead in _MARKED:
        text = marked.sub(instead, text)
    return text


def _compile(secret: str) -> re.Pattern[str]:
    """Return what finds a secret in any of its spellings, the longest first."""
    plain = "".join(map(_spell, secret))
    if len(secret) < _SHORT and secret.isalnum():
        plain = rf"(?<![A-Za-z0-9]){plain}(?![A-Za-z0-9])"
    spellings = [plain, f"(?i:{secret.encode(errors='replace').hex()})"]
    spellings += [
        "".join(map(_spell, told)) for told in _list_base64(secret.encode("utf-8", "replace"))
    ]
    return re.compile("|".join(spellings))


def _spell(letter: str) -> str:
    """Return what finds one letter: as it is, quoted, or percent-encoded once or several times."""
    percent = "".join(f"%(?:25)*(?i:{byte:02x})" for byte in letter.encode(errors="replace"))
    spellings = {re.escape(letter), percent}
    if not letter.isalnum():
        spellings |= {
            re.escape(json.dumps(letter)[1:-1]),
            re.escape(repr(letter)[1:-1]),
            re.escape(ascii(letter)[1:-1]),
            re.escape(html.escape(letter)),
            *(["\\+"] if letter == " " else []),
            *([r"\\+'", "&#39;"] if letter == "'" else []),
            *([r"\\+\""] if letter == '"' else []),
        }
    elif not letter.isascii():
        spellings |= {re.escape(json.dumps(letter)[1:-1]), re.escape(ascii(letter)[1:-1])}
    return f"(?:{'|'.join(sorted(spellings, key=len, reverse=True))})"


def _list_base64(secret: bytes) -> set[str]:
    """Return what is always there of it in base64, wherever in a longer text it begins."""
    found = set()
    for before in range(3):
        told = base64.b64encode(b"\0" * before + secret).decode()
        core = told[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
        if len(core) > _SHORTEST:
            found |= {core, core.translate(str.maketrans("+/", "-_"))}
    return found
