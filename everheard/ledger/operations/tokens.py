"""Bearer tokens of the API: shown once, stored hashed, revocable."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.trips import Trip
from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.ledger import flows
from everheard.ledger.listeners import find_listener

_PREFIX = "evh_"


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


def hash_token(token: str) -> str:
    """Return what a token is found by."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def insert_token(
    connection: Connection,
    *,
    name: str,
    listener: str | None,
    may_rate: bool,
    may_read_all: bool,
) -> str:
    """Make a token for a listener (key, account or name; None: the only one); return it."""
    try:
        whose = find_listener(connection, listener)
    except ConfigurationError as error:
        raise TokenProblem(str(error)) from None
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


def read_tokens(connection: Connection) -> list[TokenRow]:
    """Return every token ever made, oldest first, without the tokens themselves."""
    return [TokenRow(*row) for row in _fetch(connection, flows.TOKENS, {})]


def revoke_token(connection: Connection, api_token_key: int) -> None:
    """End a token now; raise TokenProblem where it is unknown or was ended before."""
    if not _fetch(connection, flows.REVOKED_TOKEN, {"api_token_key": api_token_key}):
        raise TokenProblem(f"There is no token {api_token_key} to revoke: `token list` shows all.")


def _fetch(connection: Connection, trip: Trip, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, trip, parameters))
        return cursor.fetchall()
