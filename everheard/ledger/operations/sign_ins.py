"""Sign-ins in the ledger: whose a refresh token is, and the newest one, encrypted."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection

from everheard.database.connect import translate_errors
from everheard.database.statements import execute, render, send
from everheard.encryption import decrypt, encrypt, fingerprint
from everheard.ledger import flows
from everheard.zones import list_zone_names


class KnownSignIn(NamedTuple):
    """What the ledger holds on the listener behind a refresh token."""

    listener_key: int
    timezone: str
    authorised_at: datetime
    #: Of all tokens this listener ever had here: what was spooled goes by them.
    fingerprints: list[str]
    latest_fingerprint: str
    encrypted_latest_token: bytes


def to_known_sign_in(entry: dict[str, Any]) -> KnownSignIn:
    """Read one sign-in as ``read_operations`` gives it (JSON)."""
    return KnownSignIn(
        listener_key=entry["listener_key"],
        timezone=entry["timezone"],
        authorised_at=datetime.fromisoformat(entry["authorised_at"]),
        fingerprints=entry["fingerprints"],
        latest_fingerprint=entry["latest_fingerprint"],
        encrypted_latest_token=base64.b64decode(entry["latest_token"]),
    )


class KnownListeners(NamedTuple):
    """Who is known: the account asked for (None: not yet), and the owner of each token."""

    now: datetime
    ends_at: datetime
    has_listeners: bool
    listener_key: int | None
    timezone: str | None
    owners: list[int | None]


def read_known_listeners(
    connection: Connection,
    *,
    account_id: str | None,
    user_id: str | None = None,
    fingerprints: list[str],
) -> KnownListeners:
    """Read whether an account is known here by either id, and whose refresh tokens these are.

    ``ends_at`` is when a sign-in of now ends, by the database's clock.
    """
    parameters = {"account_id": account_id, "user_id": user_id, "fingerprints": fingerprints}
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.KNOWN_LISTENERS, parameters))
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 (the statement returns one row always)
    return KnownListeners(*row)


def decrypt_token(client_secret: str, encrypted_token: bytes) -> str:
    """Return a refresh token as it was; raise NotDecryptable after a change of client secret."""
    return decrypt(client_secret, "sign-in", encrypted_token).decode()


class KeptSignIn(NamedTuple):
    """Whose sign-in it is, as the ledger knows them; ``is_new``: it did not until now."""

    listener_key: int
    timezone: str
    is_new: bool


def upsert_sign_in(
    connection: Connection,
    *,
    client_secret: str,
    refresh_token: str,
    account_id: str | None,
    user_id: str | None = None,
    display_name: str | None,
    timezone: str | None,
    authorised_at: datetime | None = None,
    scopes: str = "",
) -> KeptSignIn:
    """Keep a refresh token and its listener, who is known by either id.

    ``timezone`` is a new listener's: by the first of its names that the database knows, else
    UTC. ``authorised_at`` None: the sign-in's date is unknown, first use counts ("at the
    latest").
    """
    parameters = {
        "fingerprint": fingerprint(client_secret, refresh_token),
        "encrypted_token": encrypt(client_secret, "sign-in", refresh_token.encode()),
        "account_id": account_id,
        "user_id": user_id,
        "display_name": display_name,
        "zones": list_zone_names(timezone),
        "authorised_at": authorised_at,
        "scopes": scopes,
    }
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.SIGN_IN, parameters))
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 (the statement returns the listener always)
    return KeptSignIn(*row)


def insert_rotated_token(
    connection: Connection, *, client_secret: str, old_fingerprint: str, refresh_token: str
) -> None:
    """Keep the token that Spotify put in another's place, committed before it is used."""
    parameters = {
        "fingerprint": fingerprint(client_secret, refresh_token),
        "old_fingerprint": old_fingerprint,
        "encrypted_token": encrypt(client_secret, "sign-in", refresh_token.encode()),
    }
    execute(connection, flows.ROTATED_TOKEN, parameters)
