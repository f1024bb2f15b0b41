"""Offer to bring the plays along when another database is chosen."""

from __future__ import annotations

from dataclasses import replace

from cli.setup.ask import ask
from everheard.config import Settings
from migrate.move.command import move
from migrate.move.ends import End
from migrate.upgrade import to_direct_url

OLD, NEW = "the database so far", "the new one"
_YES = {"y", "yes"}


def offer_move(settings: Settings, url: str) -> None:
    """Ask whether to move the ledger to the database of ``url``, and do so.

    Raises Failure where it could not be moved: nothing is lost then, nor is the address changed.
    """
    if ask("Bring them along now, copied and compared? (yes/no)", "yes").lower() in _YES:
        new = replace(settings, database_url=to_direct_url(url))
        move(End(OLD, settings), End(NEW, new))
