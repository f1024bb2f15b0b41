"""Who is let into the API: tokens of programs, and browsers that came by a link.

Both are stored hashed and can be revoked. A token is shown once; a link holds a code that is
exchanged, once and within ten minutes, for the cookie of a browser.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.trips import Trip
from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.ledger import flows
from everheard.ledger.listeners import Listener, find_listener

_PREFIX = "evh_"
#: What is no token by its looks is not asked for in the database.
_TOKEN = re.compile(r"[\w-]{20,100}", re.ASCII)


class TokenProblem(Failure):
    """There is no such token or listener."""

    exit_code = ExitCode.BAD_INPUT


class TokenRow(NamedTuple):
    """A token as its owner sees it in the list."""

    api_token_key: int
    token_name: str
    listener_name: str
    may_rate: bool
    may_read_all: bool
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime | None
    is_expired: bool | None


def hash_token(token: str) -> str:
    """Return what a token is found by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_token(text: str) -> bool:
    """Tell whether a text could be a token, a cookie or a code by its letters and length."""
    return _TOKEN.fullmatch(text) is not None


def insert_token(
    connection: Connection,
    *,
    name: str,
    listener: str | None,
    may_rate: bool,
    may_read_all: bool,
) -> str:
    """Make a token for a listener (key, account or name; None: the only one); return it."""
    whose = _find_listener(connection, listener)
    if whose is None:
        raise TokenProblem(
            "Nobody is in the ledger yet whom the token could stand for:"
            " `python start.py authorize` signs you in."
        )
    token = _PREFIX + secrets.token_urlsafe(32)
    parameters = {
        "token_hash": hash_token(token),
        "token_name": name,
        "listener_key": whose.listener_key,
        "may_rate": may_rate,
        "may_read_all": may_read_all,
    }
    _fetch(connection, flows.TOKEN, parameters)
    return token


def insert_entry(connection: Connection, *, listener: str | None) -> str:
    """Make the code of a link for a listener (key, account or name); return it.

    None: the first one, even where nobody is known yet; they may see what all have rated.
    """
    whose = _find_listener(connection, listener) if listener else None
    code = secrets.token_urlsafe(32)
    parameters = {
        "code_hash": hash_token(code),
        "listener_key": whose.listener_key if whose else None,
        "may_read_all": whose is None,
    }
    _fetch(connection, flows.ENTRY, parameters)
    return code


def redeem_entry(connection: Connection, code: str) -> str | None:
    """Exchange the code of a link for a browser's cookie; None where it is used up or too old."""
    cookie = secrets.token_urlsafe(32)
    parameters = {"code_hash": hash_token(code), "token_hash": hash_token(cookie)}
    return cookie if _fetch(connection, flows.ENTERED, parameters) else None


def insert_pass(connection: Connection, listener_key: int) -> str:
    """Make a token of ten minutes that a page opens the stream of what plays with; return it."""
    token = _PREFIX + secrets.token_urlsafe(32)
    _fetch(connection, flows.PASS, {"token_hash": hash_token(token), "listener_key": listener_key})
    return token


def _find_listener(connection: Connection, wanted: str | None) -> Listener | None:
    try:
        return find_listener(connection, wanted)
    except ConfigurationError as error:
        raise TokenProblem(str(error)) from None


def read_tokens(connection: Connection) -> list[TokenRow]:
    """Return every token and browser ever let in, oldest first, without what lets them in."""
    return [TokenRow(*row) for row in _fetch(connection, flows.TOKENS, {})]


def revoke_token(connection: Connection, api_token_key: int) -> None:
    """End a token now; raise TokenProblem where it is unknown or was ended before."""
    if not _fetch(connection, flows.REVOKED_TOKEN, {"api_token_key": api_token_key}):
        raise TokenProblem(f"There is no token {api_token_key} to revoke: `token list` shows all.")


def _fetch(connection: Connection, trip: Trip, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, trip, parameters))
        return cursor.fetchall()
