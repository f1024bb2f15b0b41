"""The ends a run can come to, and the errors that lead to them."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import ClassVar

from everheard.rims.plain import to_line
from everheard.rims.secrets import hide_secrets


class ExitCode(IntEnum):
    """What a run tells the machine that started it (the numbers follow sysexits.h)."""

    DONE = 0
    BAD_INPUT = 65
    SPOTIFY_UNAVAILABLE = 69
    DATABASE_TROUBLE = 73
    TRY_LATER = 75
    SIGN_IN_NEEDED = 77
    CONFIGURATION = 78


class Failure(Exception):
    """An end that a person or a scheduler can act on.

    The message is one sentence that names the cure. It never carries a secret,
    a listening row or an address with a password: logs may be public.
    """

    exit_code: ClassVar[ExitCode]
    #: The moment (UTC) from which a new attempt makes sense; None where nobody knows.
    retry_at: datetime | None = None

    def __init__(self, *words: object) -> None:
        super().__init__(*(_make_fit(one) if isinstance(one, str) else one for one in words))


def _make_fit(message: str) -> str:
    """Return a message that may be shown: it may quote a name, or what a server answered."""
    return to_line(hide_secrets(message))


class ConfigurationError(Failure):
    """Settings are missing or wrong; every fault is named at once."""

    exit_code = ExitCode.CONFIGURATION

    def __init__(self, faults: list[str]) -> None:
        self.faults = [_make_fit(fault) for fault in faults]
        super().__init__()
        self.args = ("\n".join(self.faults),)


class DatabaseTrouble(Failure):
    """The database is away, full, or says no; what was fetched is kept in the spool."""

    exit_code = ExitCode.DATABASE_TROUBLE


class UnknownZone(DatabaseTrouble):
    """The database does not know the time zone of a listener."""


class SchemaMismatch(Failure):
    """The tables are missing, too old or too new for this code."""

    exit_code = ExitCode.CONFIGURATION
