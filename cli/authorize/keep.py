"""Keep a sign-in: in the ledger, where every runner finds it, and in ``.env``, the way in."""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

from psycopg2.extensions import connection as Connection

from cli.authorize.consent import AuthorizeFailed
from cli.env_file import write_settings
from everheard.config import Settings
from everheard.database.connect import connect
from everheard.encryption import fingerprint
from everheard.failure import Failure
from everheard.ledger.operations.sign_ins import (
    KeptSignIn,
    KnownListeners,
    read_known_listeners,
    upsert_sign_in,
)
from everheard.rims.plain import to_line
from everheard.run.warnings import say_other_zone
from everheard.sources.spotify.rows.account import Account


class SignedIn(NamedTuple):
    """What a sign-in brought; without the token where it is printed."""

    refresh_token: str
    scopes: tuple[str, ...]
    account: Account

    def __repr__(self) -> str:
        """Say nothing: tracebacks are printed."""
        return "SignedIn()"


def keep_sign_in(settings: Settings, signed_in: SignedIn, *, is_another: bool) -> str:
    """Keep it in both places and return a sentence; one of them failing is said, not raised.

    Raises AuthorizeFailed for another account than the one kept here, before anything is
    written, and the ledger's own Failure where ``.env`` cannot be written either.
    """
    known: KnownListeners | None = None
    trouble: Failure | None = None
    notes: list[str] = []
    try:
        with closing(connect(settings, application="everheard authorize")) as connection:
            known, kept = _keep_in_ledger(connection, settings, signed_in, is_another=is_another)
        zone = _find_timezone(settings, known)
        notes = say_other_zone(zone, kept.timezone, is_new=kept.is_new)
    except AuthorizeFailed:
        raise
    except Failure as failure:
        trouble = failure
        notes = [f"It is not in the ledger yet: {trouble}"]
    tokens = place_token(_list_tokens(settings), signed_in.refresh_token, known, is_another)
    return _keep_in_file(settings, signed_in, tokens, known, trouble, notes)


def _keep_in_ledger(
    connection: Connection, settings: Settings, signed_in: SignedIn, *, is_another: bool
) -> tuple[KnownListeners, KeptSignIn]:
    """Keep the sign-in where every runner finds it; return who was known before, and what now."""
    tokens = _list_tokens(settings)
    known = read_known_listeners(
        connection,
        account_id=signed_in.account.account_id,
        user_id=signed_in.account.user_id,
        fingerprints=[fingerprint(settings.client_secret, token) for token in tokens],
    )
    place_token(tokens, signed_in.refresh_token, known, is_another)  # refuses a wrong account
    kept = upsert_sign_in(
        connection,
        client_secret=settings.client_secret,
        refresh_token=signed_in.refresh_token,
        **signed_in.account._asdict(),
        timezone=_find_timezone(settings, known),
        authorised_at=known.now,
        scopes=" ".join(signed_in.scopes),
    )
    return known, kept


def _list_tokens(settings: Settings) -> list[str]:
    return [one.refresh_token for one in settings.sign_ins]


def place_token(
    tokens: list[str], new_token: str, known: KnownListeners | None, is_another: bool
) -> list[str]:
    """Return the refresh tokens of ``.env`` with the new one in its listener's place.

    ``known`` is None while the ledger cannot be asked. Raises AuthorizeFailed where the
    account is not the one kept here, or where nobody can tell whose place it takes.
    """
    if is_another:
        return [*tokens, new_token]
    if known is None or not known.has_listeners:
        if len(tokens) <= 1:
            return [new_token]
        raise AuthorizeFailed(
            f"SPOTIFY_REFRESH_TOKEN lists {len(tokens)} sign-ins, and without the ledger nobody"
            " can tell which one this renews: type `python start.py authorize` again when"
            " `python start.py doctor` finds the database."
        )
    if known.listener_key is None:
        raise AuthorizeFailed(
            "You signed in with another Spotify account than the one kept here: sign out at"
            " https://accounts.spotify.com and type `python start.py authorize` again, or, to keep"
            " this listener too, `python start.py authorize --another`."
        )
    owned = [owner == known.listener_key for owner in known.owners]
    if any(owned):
        place = owned.index(True)
        return [*tokens[:place], new_token, *tokens[place + 1 :]]
    # A listener of the ledger whom this machine does not poll for: the ledger tells the others.
    return tokens if any(known.owners) else [new_token]


def _find_timezone(settings: Settings, known: KnownListeners) -> str | None:
    """Return the zone that the settings say for this listener; None where they say none."""
    for owner, one in zip(known.owners, settings.sign_ins, strict=True):
        if owner is not None and owner == known.listener_key:
            return one.timezone
    is_one_for_all = len({one.timezone for one in settings.sign_ins}) < 2
    return settings.timezone if is_one_for_all or known.listener_key is None else None


def _keep_in_file(
    settings: Settings,
    signed_in: SignedIn,
    tokens: list[str],
    known: KnownListeners | None,
    trouble: Failure | None,
    notes: list[str],
) -> str:
    values = {"SPOTIFY_REFRESH_TOKEN": ",".join(tokens)}
    zones = [one.timezone for one in settings.sign_ins if one.timezone]
    if settings.timezone and len(tokens) > len(zones) and len(set(zones)) > 1:
        values["LISTENER_TIMEZONE"] = ",".join([*zones, settings.timezone])
    where = ["the ledger"] if trouble is None else []
    try:
        write_settings(settings.env_file, values)
        where.append(settings.env_file.name)
    except Failure as failure:
        if trouble:
            raise
        notes = [*notes, str(failure)]
    ends = f", good until {known.ends_at:%Y-%m-%d}" if known else ""
    name = to_line(signed_in.account.display_name or "a listener without a name")
    done = f"authorize: signed in as {name}{ends}; kept in {' and '.join(where)}"
    return "\n".join([*notes, done])
