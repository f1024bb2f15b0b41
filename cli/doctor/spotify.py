"""Checks that ask Spotify: the sign-in, what it grants, what the app may see."""

from __future__ import annotations

import argparse

from cli.doctor.app import check_app
from cli.doctor.check import Check, bad, good, note
from everheard.config import Settings
from everheard.failure import Failure
from everheard.ledger.operations.health import LedgerHealth
from everheard.rims.counted import say_counted
from everheard.run.job import Run
from everheard.run.session import Session, open_operations
from everheard.sources.fields import Json
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.errors import SignInNeeded


def check_spotify(settings: Settings, health: LedgerHealth | None) -> list[Check]:
    """Ask four questions a listener, then what the app may do; a refusal is a check of its own.

    Without the ledger the app is not tried: what it asks for must be counted there.
    """
    if not settings.sign_ins:
        return []
    run = Run("doctor", settings, argparse.Namespace(dry_run=False))
    checks: list[Check] = []
    shown: list[Json] = []
    try:
        with Sender(SPOTIFY) as sender:
            operations = open_operations(run)
            for number, sign_in in enumerate(settings.sign_ins, start=1):
                name = f"Spotify, listener {number}"
                checks += _check_listener(name, Session(run, sender, operations, sign_in), shown)
            if health and shown:
                checks += check_app(run, sender, health.capabilities, shown[0])
    finally:
        run.ledger.close()
    return checks


def _check_listener(name: str, session: Session, shown: list[Json]) -> list[Check]:
    try:
        me = session.client.fetch_me()
        page = session.client.fetch_recently_played()
    except Failure as failure:
        return [bad(name, "refused", str(failure))]
    shown.append(page)
    identity = "account_id" if me.get("account_id") else "id"
    plays = say_counted(len(page["items"]), "play")
    says = f"known by {identity}, shows {plays}; the owner has Premium"
    return [good(name, says), *_check_scopes(name, session)]


def _check_scopes(name: str, session: Session) -> list[Check]:
    """Try what beside the plays needs a scope of its own: jobs go without, and lose a little."""
    checks = []
    for what, ask in (
        ("what plays now", session.client.fetch_currently_playing),
        ("followed artists", lambda: next(session.client.fetch_followed_artists())),
    ):
        try:
            ask()
        except SignInNeeded as refusal:
            checks.append(note(name, f"does not show {what}", str(refusal)))
        except Failure as failure:
            checks.append(note(name, f"{what}: no answer just now", str(failure)))
    return checks
