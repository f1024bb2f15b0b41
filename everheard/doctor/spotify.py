"""Checks that ask Spotify: the sign-in, what it grants, what the app may see."""

from __future__ import annotations

import argparse

from everheard.config import Settings
from everheard.doctor.check import Check, bad, good, note
from everheard.failure import Failure
from everheard.run import Run
from everheard.sign_in import Session, open_books
from everheard.spotify.errors import NotAvailable
from everheard.spotify.sender import Sender


def check_spotify(settings: Settings) -> list[Check]:
    """Ask Spotify three questions a listener; whatever it refuses is a check of its own."""
    if not settings.sign_ins:
        return []
    run = Run("doctor", settings, argparse.Namespace(dry_run=False))
    checks = []
    try:
        with Sender() as sender:
            books = open_books(run)
            for number, sign_in in enumerate(settings.sign_ins, start=1):
                name = f"Spotify, listener {number}"
                checks += _check_listener(name, Session(run, sender, books, sign_in))
    finally:
        run.close()
    return checks


def _check_listener(name: str, session: Session) -> list[Check]:
    try:
        me = session.client.fetch_me()
        shown = session.client.fetch_recently_played()["items"]
    except Failure as failure:
        return [bad(name, "refused", str(failure))]
    identity = "account_id" if me.get("account_id") else "id"
    checks = [good(name, f"known by {identity}, shows {len(shown)} plays; the owner has Premium")]
    try:
        next(session.client.fetch_new_releases(), None)
    except NotAvailable:
        return [*checks, note("app", "made since 2026: Everheard asks for objects one by one")]
    except Failure:
        return checks
    return [*checks, good("app", "an older one, with the endpoints that new ones lack")]
