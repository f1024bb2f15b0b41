"""Rate one album: ``python start.py rate "To Pimp a Butterfly" 95``."""

from __future__ import annotations

import argparse
from contextlib import closing

from cli.commands import make_parser
from everheard.config import read_settings
from everheard.database.connect import connect
from everheard.ledger.listeners import insert_first_listener
from everheard.ledger.ratings import KeptRating, Rater, find_rater, insert_ratings
from everheard.rims.plain import to_line
from everheard.sources.ratings.rows import BadRating, to_rating


def main(argv: list[str]) -> int:
    """Rate one album."""
    parser = make_parser("rate", "Rate an album from 0 to 100.")
    parser.add_argument("album", help="its title, in quotes")
    parser.add_argument("rating", help="0 to 100")
    parser.add_argument("--artist", default="", help="where several albums have the title")
    parser.add_argument("--album-id", default="", help="Spotify's id, instead of the title")
    parser.add_argument("--date", default="", help="when, if not now: 2026-05-17")
    parser.add_argument("--listener", metavar="NAME", help="whose rating, if you are several")
    return run_rate(parser.parse_args(argv))


def run_rate(options: argparse.Namespace) -> int:
    """Keep the rating, and say what became of it."""
    settings = read_settings(needs_spotify=False)
    row = {
        "album": options.album,
        "artist": options.artist,
        "rating": options.rating,
        "date": options.date,
        "album_id": options.album_id,
    }
    with closing(connect(settings, application="everheard rate")) as connection:
        to_rating(row, "UTC")  # refuses what cannot be read before anybody is made
        rater = find_rater(connection, options.listener)
        rater = rater or Rater(*insert_first_listener(connection, settings.timezone))
        kept = insert_ratings(
            connection,
            listener_key=rater.listener_key,
            source="command",
            ratings=[to_rating(row, rater.timezone)],
        )[0]
    print(_describe(kept, rater))
    return 0


def _describe(kept: KeptRating, rater: Rater) -> str:
    if kept.candidates:
        artists = ", ".join(str(one["artist"]) for one in kept.candidates)
        raise BadRating(
            f"Several albums are called {kept.given.title!r}: add --artist with one of {artists}."
        )
    if kept.album_key is None:
        raise BadRating("The ledger has no album with this id.")
    later = " The ledger has not met this album yet and knows it by name." if kept.is_named else ""
    # Said where several listen, for the one who alone has rated so far need not be named.
    whose = f", for {to_line(rater.name)}" if rater.name else ""
    return f"Rated {kept.given.title!r}: {kept.given.rating}{whose}.{later}"
