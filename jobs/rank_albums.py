"""Rank the albums of every listener by ratings and by plays.

When:   daily, and whenever ratings come in; safe at any time, anywhere, together.
Reads:  ratings (--ratings FILE, --form, ratings.csv beside start.py), plays; not Spotify.
Writes: fact_album_rating (grain: rating given), albums known by name only, fact_album_listening
        (listener, album), fact_album_rank (listener, method, album, stretch of days).
Again:  a second run on the same day writes nothing; a file read again gives nothing again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from everheard.config import PROJECT_DIR
from everheard.ledger.listeners import find_or_insert_listener
from everheard.ledger.ranks import RankResult, RankSettings, load_ranks
from everheard.ledger.ratings import explain_refusal, insert_ratings
from everheard.run.job import Job, Run, run_job
from everheard.run.outcome import Figures
from everheard.sources.ratings.files import RatingFile, read_rating_file
from everheard.sources.ratings.rows import BadRating, to_rating

RATINGS_FILE = PROJECT_DIR / "ratings.csv"


def main(argv: list[str] | None = None) -> int:
    """Run the job; return its exit code."""
    return run_job(JOB, argv)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add where ratings come from, and what the methods weigh."""
    columns = "CSV or Excel: album, artist, rating and perhaps date, album_id"
    parser.add_argument(
        "--ratings", type=Path, action="append", default=[], metavar="FILE", help=columns
    )
    parser.add_argument(
        "--form", action="store_true", help="take the rating that GitHub's form was given"
    )
    parser.add_argument("--listener", metavar="NAME", help="whose ratings, if you are several")
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
                self._load(path.name, partial(read_rating_file, path))
        with run.outcome.attempt():
            if options.form:
                try:
                    self._load("form", partial(_read_form, run.settings.event_file))
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

    def _find_listener(self) -> tuple[int, str]:
        """Return whose ratings these are, and their time zone."""
        settings = self._run.settings
        return find_or_insert_listener(
            self._run.ledger.connect(),
            self._run.options.listener,
            settings.timezone,
            shows_names=settings.shows_names or not settings.is_actions,
        )

    def _tell(self, fault: BadRating) -> str:
        """Say what is wrong with a rating: to whoever gave it, or where anybody may read it."""
        settings = self._run.settings
        return fault.public if settings.is_actions and not settings.shows_names else str(fault)

    def _load(self, name: str, read: Callable[[str], RatingFile]) -> None:
        """Keep a file's ratings, and say of every row that was not taken why.

        ``read`` takes the listener's time zone, for days without one.
        """
        file = read("UTC")
        if not file.ratings and not file.faults:
            return
        run, connection = self._run, self._run.ledger.connect()
        listener_key, timezone = self._find_listener()
        file = read(timezone)
        kept = insert_ratings(
            connection,
            listener_key=listener_key,
            source="form" if name == "form" else f"file:{name}",
            ratings=list(file.ratings.values()),
            dry_run=run.options.dry_run,
        )
        rows = dict(zip(file.ratings, kept, strict=True))
        faults = {number: self._tell(fault) for number, fault in file.faults.items()}
        for number, one in rows.items():
            if one.album_key is None:
                faults[number] = explain_refusal(one, is_public=run.settings.is_actions)
        named = [str(number) for number, one in rows.items() if one.is_named]
        self.given_count += len(file.ratings) + len(file.faults)
        self.new_count += sum(one.is_new for one in kept)
        self.named_count += len(named)
        self.refused_count += len(faults)
        run.outcome.warnings += [
            f"{name}, row {number}: {faults[number]}." for number in sorted(faults)
        ]
        if named:
            run.outcome.warnings.append(
                f"{name}, row {', '.join(named)}: not met yet, kept by name."
            )
        if faults:
            raise BadRating(f"{name}: {len(faults)} row(s) refused, each named above.")


def _read_form(event_file: Path | None, timezone: str) -> RatingFile:
    """Read the one rating of GitHub's form; left empty, it holds none.

    From the file of the event: an argument or a variable would stand in the run's log.
    """
    try:
        event = json.loads(event_file.read_text(encoding="utf-8")) if event_file else {}
        form = {str(name): str(value or "") for name, value in (event["inputs"] or {}).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadRating(
            "--form is for GitHub's form, whose file GITHUB_EVENT_PATH names: elsewhere"
            " `python start.py rate` rates an album."
        ) from None
    if not any(form.get(name) for name in ("album", "album_id", "rating")):
        return RatingFile()
    return RatingFile({1: to_rating(form, timezone)})


JOB = Job("rank_albums", __doc__, work, add_options, needs_spotify=False)


if __name__ == "__main__":
    sys.exit(main())
