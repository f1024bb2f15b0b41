"""How a run is ending: its figures, its troubles, and what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from everheard.demo import say_where_demo_is
from everheard.failure import ExitCode, Failure

#: Why a job that reads the views had nothing to do.
NOBODY_YET = "there is no listener yet: `python start.py authorize` signs you in"


def say_nobody(home: Path) -> str:
    """Say why there is nothing to show, and where the demo is, which others look for here."""
    return "; ".join(filter(None, [NOBODY_YET, say_where_demo_is(home)]))


@dataclass(frozen=True)
class Figures:
    """What a run did: what its last line tells by name, and the counts that ``etl_run`` keeps.

    ``told`` stands in the order of the line; an empty value is left out there.
    """

    told: Mapping[str, str] = field(default_factory=dict)
    fetched_count: int = 0
    new_count: int = 0
    known_count: int = 0
    gap_count: int = 0
    #: The listeners whose answer from Spotify has been stored.
    polled_keys: tuple[int, ...] = ()


@dataclass
class Outcome:
    """The troubles of a run, and why there was nothing to do, where there was not."""

    #: Ends that concern a part of the work only (one of several listeners).
    failures: list[Failure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    idle_reason: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """Return how the run ends as things stand: the first trouble decides."""
        return self.failures[0].exit_code if self.failures else ExitCode.DONE

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Try a part of the work: a Failure ends that part, is kept, and costs no other."""
        try:
            yield
        except Failure as failure:
            self.failures.append(failure)


def describe(job: str, figures: Figures, outcome: Outcome, *, dry_run: bool) -> str:
    """Return the last line: what was done, and what went wrong."""
    if outcome.idle_reason:
        return f"{job}: nothing to do, {outcome.idle_reason}"
    told = ", ".join(f"{name} {value}" for name, value in figures.told.items() if value)
    troubles = [_describe_failure(failure) for failure in outcome.failures]
    parts = dict.fromkeys([*([told] if told else []), *troubles])
    if troubles and not _has_done_anything(figures):
        # Zeros first would hide the sentence that says why.
        parts = dict.fromkeys(troubles)
    return f"{job}: " + ("(dry run) " if dry_run else "") + (" | ".join(parts) or "done")


def _has_done_anything(figures: Figures) -> bool:
    return any(character in "123456789" for told in figures.told.values() for character in told)


def _describe_failure(failure: Failure) -> str:
    text = " ".join(str(failure).split())
    if failure.retry_at and format_moment(failure.retry_at)[:16] not in text:
        text += f" Try again after {format_moment(failure.retry_at)}."
    return text


def format_moment(moment: datetime) -> str:
    """Return a moment as the last line tells it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
