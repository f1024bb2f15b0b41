"""What a person types of a move, and what they are told meanwhile."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.rims.counted import say_counted
from everheard.rims.terminal import find_bare
from migrate.move.copy import CopiedTable, Moved, copy_ledger
from migrate.move.ends import End
from migrate.move.top_up import top_up
from migrate.move.verify import TableDifference, verify

if TYPE_CHECKING:
    from tqdm import tqdm


_DIFFERS = 1


class NotAlike(Failure):
    """The two databases do not hold the same; which tables differ has been said."""

    exit_code = ExitCode.BAD_INPUT


class MoveProgress:
    """Tells a person how far a move is: a bar on a terminal, a line for each table."""

    def __init__(self) -> None:
        from tqdm import tqdm  # an upgrade does not wait for it

        self._bar: tqdm[NoReturn] = tqdm(
            unit="B", unit_scale=True, disable=None, leave=False, file=find_bare(sys.stderr)
        )

    def expect(self, byte_count: int) -> None:
        """Say how many bytes there will be, about."""
        self._bar.total = byte_count
        self._bar.refresh()

    def pass_on(self, byte_count: int) -> None:
        """Say how many more have been copied."""
        self._bar.total = max(self._bar.total or 0, self._bar.n + byte_count)
        self._bar.update(byte_count)

    def end(self, copied: CopiedTable) -> None:
        """Print what became of a table."""
        self._bar.clear()
        if copied.row_count is None:
            print(f"  {copied.name:<28} the same already", flush=True)
        elif copied.row_count:
            rows = say_counted(copied.row_count, "row")
            print(f"  {copied.name:<28} {rows:>18}  {copied.seconds:5.1f} s", flush=True)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()


def add_ends(parser: argparse.ArgumentParser) -> None:
    """Add whence and where to."""
    for option, name, does in (
        ("--from", "source", "the setting that holds the old database's address"),
        ("--to", "target", "the setting that holds the new one's"),
    ):
        parser.add_argument(option, dest=name, metavar="NAME", required=True, help=does)


def move(source: End, target: End, since: str | None = None) -> int:
    """Copy, or top up where ``since`` is given; say what to do next. Raises Failure."""
    progress = MoveProgress()
    print(f"move: from {source.name}, which is only read, to {target.name}")
    try:
        if since is None:
            moved = copy_ledger(source, target, progress)
        else:
            moved = top_up(source, target, progress, read_since(since))
    finally:
        progress.close()
    refuse_differences(moved.tables, source, target)
    print(describe_moved(moved))
    return 0


def read_since(text: str) -> datetime | None:
    """Return the moment that was typed, UTC where no zone is said; None: that of the copy."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            [f"--since {text!r} is no date: write it as 2026-11-28 or 2026-11-28T14:30"]
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_verification(source: End, target: End) -> int:
    """Compare table by table, and say each; return 1 where the two differ, as ``cmp`` does."""
    compared = []
    for table in verify(source, target):
        compared.append(table)
        is_alike = table.source == table.target
        rows = say_counted(table.source.row_count, "row")
        print(f"  {table.name:<28} {rows:>18}  {'the same' if is_alike else 'DIFFERS'}", flush=True)
    try:
        refuse_differences(compared, source, target)
    except NotAlike as difference:
        print(difference, file=sys.stderr)
        return _DIFFERS
    count = sum(table.source.row_count for table in compared)
    print(f"verify: {say_counted(count, 'row')} in {len(compared)} tables, the same at both ends")
    return 0


def refuse_differences(tables: list[TableDifference], source: End, target: End) -> None:
    """Raise NotAlike with each table that is not the same at both ends."""
    said = [
        f"{table.name}: {table.source.row_count:,} in {source.name},"
        f" {table.target.row_count:,} in {target.name}"
        + (", of other content" if table.source.row_count == table.target.row_count else "")
        for table in tables
        if table.source != table.target
    ]
    if said:
        raise NotAlike(f"The two are not the same. {'; '.join(said)}.")


def describe_moved(moved: Moved) -> str:
    """Return what has been done."""
    count = sum(table.target.row_count for table in moved.tables)
    moment = moved.snapshot_at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    return (
        f"move: {say_counted(count, 'row')} in {len(moved.tables)} tables, compared, the same at"
        f" both ends, as of {moment} UTC."
    )
