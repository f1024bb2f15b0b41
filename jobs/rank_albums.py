"""Rank the albums of every listener by ratings and by plays.

When:   daily, and whenever ratings come in; safe at any time, anywhere, together.
Reads:  ratings (--ratings FILE, --form, ratings.csv beside start.py), plays; not Spotify.
Writes: fact_album_rating (grain: rating given), albums known by name only, fact_album_listening
        (listener, album), fact_album_rank (listener, method, album, stretch of days).
Again:  a second run on the same day writes nothing; a file read again gives nothing again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from everheard.config import find_own_folder
from everheard.failure import ConfigurationError
from everheard.ledger.listeners import insert_first_listener
from everheard.ledger.ranks import RankResult, RankSettings, load_ranks
from everheard.ledger.ratings import Rater, explain_refusal, find_rater, insert_ratings
from everheard.names import fold_name
from everheard.rims.counted import say_counted
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.sources.ratings.files import read_rating_rows, to_rating_file
from everheard.sources.ratings.form import read_form_rows
from everheard.sources.ratings.rows import BadRating

RATINGS_FILE = find_own_folder() / "ratings.csv"
#: Rows of a file as they were typed, by their number.
RowsByNumber = dict[int, dict[str, str]]


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where ratings come from, and what the methods weigh."""
    columns = "CSV or Excel: album, artist, rating and perhaps date, album_id, listener"
    parser.add_argument(
        "--ratings", type=Path, action="append", default=[], metavar="FILE", help=columns
    )
    parser.add_argument(
        "--form", action="store_true", help="take the rating that GitHub's form was given"
    )
    whose = "whose ratings, if you are several and no column listener says so"
    parser.add_argument("--listener", metavar="NAME", help=whose)
    for name, low, high, help_text in (
        ("--prior-weight", 0, 1000, "m of the bayesian mean"),
        ("--prior-mean", 0, 100, "C of the bayesian mean; auto: the mean of all ratings"),
        ("--rating-weight", 0, 1, "share of the rating in the blend"),
    ):
        parser.add_argument(name, type=_number_type(low, high), metavar="N", help=help_text)


def _number_type(low: float, high: float) -> Callable[[str], str]:
    """Return what argparse checks a number with; it stays a text, "" for auto."""

    def check(text: str) -> str:
        if text != "auto" and not low <= float(text) <= high:
            raise argparse.ArgumentTypeError(f"{text} is not from {low} to {high}")
        return text.replace("auto", "")

    return check


def work(run: Run) -> Figures:
    """Take in the ratings, then rank; a bad file never costs the ranking."""
    return Ranking(run).rank()


class Ranking:
    """One run: what became of the ratings, and of the ranks."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.given_count = self.new_count = self.named_count = self.refused_count = 0

    def rank(self) -> Figures:
        """Take in what was given, in files, in a form or beside ``start.py``; rank; say both."""
        run, options = self._run, self._run.options
        # A form's run has no pandas to read ratings.csv with.
        own = [RATINGS_FILE] if not options.form and RATINGS_FILE.is_file() else []
        for path in [*options.ratings, *own]:
            with run.outcome.attempt():
                self._load(path.name, partial(read_rating_rows, path))
        with run.outcome.attempt():
            if options.form:
                try:
                    self._load("form", partial(read_form_rows, run.settings.event_file))
                except BadRating as fault:
                    raise BadRating(self._tell(fault)) from None
        settings = RankSettings(options.prior_weight, options.prior_mean, options.rating_weight)
        result = RankResult(0, 0, 0, 0)
        with run.outcome.attempt():
            connection = run.ledger.connect()
            load = partial(load_ranks, connection, settings=settings, dry_run=options.dry_run)
            result = run.with_known_zones(load)
        told = {
            "ratings read": str(self.given_count),
            "matched": str(self.given_count - self.named_count - self.refused_count),
            "known by name only": str(self.named_count or ""),
            "refused": str(self.refused_count or ""),
            "new": str(self.new_count),
            "albums ranked": str(result.album_count),
            "ranks moved": str(result.moved_count),
        }
        return Figures(told, fetched_count=self.given_count, new_count=self.new_count)

    def _tell(self, fault: BadRating) -> str:
        """Say what is wrong with a rating: to whoever gave it, or where anybody may read it."""
        settings = self._run.settings
        return fault.public if settings.is_actions and not settings.shows_names else str(fault)

    def _load(self, name: str, read: Callable[[], RowsByNumber]) -> None:
        """Keep the ratings of a file or form, each listener's by themselves.

        Of every row that was not taken it says why; whose trouble it is costs nobody else.
        """
        by_listener: dict[str, RowsByNumber] = {}
        for number, row in read().items():
            whose = row.get("listener") or self._run.options.listener or ""
            by_listener.setdefault(fold_name(whose) and whose, {})[number] = row
        faults: dict[int, str] = {}
        for whose, rows in by_listener.items():
            self.given_count += len(rows)
            try:
                rater = self._find_rater(name, whose)
            except ConfigurationError as error:
                faults |= dict.fromkeys(rows, " ".join(error.faults))
            else:
                faults |= self._keep(name, rater, rows)
        self.refused_count += len(faults)
        self._run.outcome.warnings += _say_rows(name, faults)
        if faults:
            raise BadRating(f"{name}: {say_counted(len(faults), 'row')} refused, each named above.")

    def _find_rater(self, name: str, whose: str) -> Rater | None:
        """Return whose ratings these are, by name, number or account; nobody named: as ever.

        None: a dry run in a ledger in which nobody is.
        """
        settings, connection = self._run.settings, self._run.ledger.connect()
        how = "Fill in the field" if name == "form" else "Add --listener, or a column"
        rater = find_rater(
            connection,
            whose or None,
            shows_names=settings.shows_names or not settings.is_actions,
            how=f"{how} listener with",
        )
        if rater is None and not self._run.options.dry_run:
            return Rater(*insert_first_listener(connection, settings.timezone))
        return rater

    def _keep(self, name: str, rater: Rater | None, rows: RowsByNumber) -> dict[int, str]:
        """Keep one listener's ratings; return why which row was refused."""
        file = to_rating_file(rows, rater.timezone if rater else "UTC")
        if rater is None:
            return {number: self._tell(fault) for number, fault in file.faults.items()}
        kept = insert_ratings(
            self._run.ledger.connect(),
            listener_key=rater.listener_key,
            source="form" if name == "form" else f"file:{name}",
            ratings=list(file.ratings.values()),
            dry_run=self._run.options.dry_run,
        )
        taken = dict(zip(file.ratings, kept, strict=True))
        faults = {number: self._tell(fault) for number, fault in file.faults.items()}
        for number, one in taken.items():
            if one.album_key is None:
                faults[number] = explain_refusal(one, is_public=self._run.settings.is_actions)
        named = dict.fromkeys(
            (number for number, one in taken.items() if one.is_named), "not met yet, kept by name"
        )
        self.new_count += sum(one.is_new for one in kept)
        self.named_count += len(named)
        self._run.outcome.warnings += _say_rows(name, named)
        return faults


def _say_rows(name: str, said: dict[int, str]) -> list[str]:
    """Return a sentence for each thing said of a file's rows, with all rows it is said of."""
    rows: dict[str, list[str]] = {}
    for number in sorted(said):
        rows.setdefault(said[number], []).append(str(number))
    return [f"{name}, row {', '.join(numbers)}: {what}." for what, numbers in rows.items()]


JOB = Job("rank_albums", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
