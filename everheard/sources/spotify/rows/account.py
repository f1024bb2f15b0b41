"""Spotify's answer on who signed in -> whose account it is."""

from __future__ import annotations

from typing import Any, NamedTuple


class Account(NamedTuple):
    """An account by both of its ids; older apps are told the second only."""

    #: Never changes; None where Spotify does not tell it.
    account_id: str | None
    #: May change.
    user_id: str | None
    display_name: str | None


def to_account(me: dict[str, Any]) -> Account | None:
    """Read the answer of ``/me``; None where it does not say whose it is."""
    account = Account(*(_to_text(me.get(name)) for name in ("account_id", "id", "display_name")))
    return account if account.account_id or account.user_id else None


def _to_text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
