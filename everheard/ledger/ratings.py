"""Ratings into the ledger: the album is found, or made by name, and every rating is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from everheard.database.connect import translate_errors
from everheard.database.statements import render, send
from everheard.database.transactions import open_transaction
from everheard.failure import ExitCode, Failure
from everheard.ledger import flows
from everheard.ledger.listeners import Listener, choose_listener, read_listeners
from everheard.names import fold_name
from everheard.rows import GivenRating


class AmbiguousAlbum(Failure):
    """A title is that of several artists' albums."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, why: str) -> None:
        super().__init__(f"Which album? {why[0].upper()}{why[1:]}.")


@dataclass(frozen=True)
class KeptRating:
    """What became of a rating.

    ``is_new``: it was stored now. ``is_named``: its album was unknown, and is a name for
    the time being. ``candidates``: several albums bear the title, so that none was rated.
    With neither album nor candidates, no album has the id.
    """

    given: GivenRating
    album_key: int | None = None
    album_rating_key: int | None = None
    rated_at: datetime | None = None
    is_named: bool = False
    candidates: tuple[dict[str, Any], ...] = ()

    @property
    def is_new(self) -> bool:
        """Whether the rating was stored now, and not known from the same file before."""
        return self.album_rating_key is not None


def insert_ratings(
    connection: Connection,
    *,
    listener_key: int,
    source: str,
    ratings: Sequence[GivenRating],
    dry_run: bool = False,
) -> list[KeptRating]:
    """Keep ratings, all or none; return what became of each, in their order.

    ``source`` is api, form, command, or ``file:`` and a name. What a file says again is not
    given again. Raises DatabaseTrouble.
    """
    if not ratings:
        return []
    with translate_errors():
        with connection.cursor() as cursor:
            lock = render(cursor, flows.RATING_LOCK, {"listener_key": listener_key})
        with open_transaction(connection, lock, dry_run=dry_run) as cursor:
            matched = _make_named_albums(
                cursor, match_albums(cursor, ratings, [listener_key] * len(ratings))
            )
            return _insert_matched(cursor, listener_key, source, matched)


def explain_refusal(kept: KeptRating, *, is_public: bool) -> str:
    """Say why a rating found no album; titles stay out of logs that may be public."""
    if not kept.candidates:
        return "no album here has this album_id"
    artists = ", ".join(str(one["artist"]) for one in kept.candidates)
    named = "" if is_public else f" ({artists})"
    return f"several albums have this title: name the artist{named}"


def match_albums(
    cursor: Cursor,
    ratings: Sequence[GivenRating],
    listener_keys: Sequence[int],
    *,
    needs_id: bool = False,
) -> list[KeptRating]:
    """Return the ratings with the albums they mean, of those that each one's listener knows.

    ``needs_id`` leaves out mere names.
    """
    parameters = {
        **_to_arrays(ratings),
        "listener_key": list(listener_keys),
        "needs_id": needs_id,
    }
    send(cursor, render(cursor, flows.MATCHED_ALBUMS, parameters))
    return [
        KeptRating(ratings[number], candidates=tuple(candidates))
        if candidates
        else KeptRating(ratings[number], album_key=album_key)
        for number, album_key, candidates in cursor.fetchall()
    ]


def _to_arrays(ratings: Sequence[GivenRating]) -> dict[str, list[Any]]:
    return {
        "row_number": list(range(len(ratings))),
        "album_id": [one.album_id for one in ratings],
        "title": [one.title for one in ratings],
        "folded_title": [fold_name(one.title) for one in ratings],
        "artist": [one.artist for one in ratings],
        "folded_artist": [fold_name(one.artist) for one in ratings],
    }


def _make_named_albums(cursor: Cursor, matched: list[KeptRating]) -> list[KeptRating]:
    places = [
        place
        for place, one in enumerate(matched)
        if one.album_key is None and not one.candidates and one.given.album_id is None
    ]
    if not places:
        return matched
    parameters = _to_arrays([matched[place].given for place in places])
    send(cursor, render(cursor, flows.NAMED_ALBUMS, parameters))
    for number, album_key in cursor.fetchall():
        place = places[number]
        matched[place] = replace(matched[place], album_key=album_key, is_named=True)
    return matched


def _insert_matched(
    cursor: Cursor, listener_key: int, source: str, matched: list[KeptRating]
) -> list[KeptRating]:
    # What says the same moment of an album twice, or none, has said it once: the last counts.
    chosen = {
        (one.album_key, one.given.rated_at): place
        for place, one in enumerate(matched)
        if one.album_key is not None
    }
    places = sorted(chosen.values())
    parameters = {
        "listener_key": listener_key,
        "rating_source": source,
        "row_number": places,
        "album_key": [matched[place].album_key for place in places],
        "rating": [matched[place].given.rating for place in places],
        "rated_at": [matched[place].given.rated_at for place in places],
    }
    send(cursor, render(cursor, flows.RATINGS, parameters))
    for rating_key, album_key, rated_at, is_dated in cursor.fetchall():
        place = chosen[album_key, rated_at if is_dated else None]
        matched[place] = replace(matched[place], album_rating_key=rating_key, rated_at=rated_at)
    return matched


class Rater(NamedTuple):
    """Whose a rating is; ``name`` is empty where that goes without saying."""

    listener_key: int
    timezone: str
    name: str = ""


def find_rater(
    connection: Connection,
    wanted: str | None,
    *,
    shows_names: bool = True,
    how: str = "Add --listener with",
) -> Rater | None:
    """Return whose ratings are meant (``choose_listener``); None: the ledger is empty.

    In a household where only one has ever rated, whoever is not named is that one.
    """
    known = read_listeners(connection).known
    chosen = None
    if wanted is None and len(known) > 1:
        chosen = _find_only_rater(connection, known)
    chosen = chosen or choose_listener(known, wanted, shows_names=shows_names, how=how)
    if chosen is None:
        return None
    name = chosen.name or f"listener {chosen.listener_key}"
    return Rater(chosen.listener_key, chosen.timezone, name if len(known) > 1 else "")


def _find_only_rater(connection: Connection, known: Sequence[Listener]) -> Listener | None:
    with translate_errors(), connection.cursor() as cursor:
        send(cursor, render(cursor, flows.RATERS))
        raters = [listener_key for (listener_key,) in cursor.fetchall()]
    if len(raters) != 1:
        return None
    return next((one for one in known if one.listener_key == raters[0]), None)


class RatingUndone(NamedTuple):
    """A rating that was taken back, and the one that counts now, if any."""

    album_name: str
    rating: str
    rated_at: datetime
    earlier: str | None


def undo_rating(
    connection: Connection, *, listener_key: int, meant: GivenRating
) -> RatingUndone | None:
    """Take back the rating that counts of the album ``meant``; None where it has none.

    Raises AmbiguousAlbum, DatabaseTrouble or SchemaMismatch.
    """
    mine = {"listener_key": listener_key}
    with translate_errors():
        with connection.cursor() as cursor:
            lock = render(cursor, flows.RATING_LOCK, mine)
        with open_transaction(connection, lock) as cursor:
            mine["album_key"] = find_album(cursor, listener_key, meant)
            send(cursor, render(cursor, flows.ALBUM_RATINGS, mine))
            ratings = cursor.fetchall()
            if not ratings:
                return None
            key, rating, rated_at, name = ratings[0]
            send(cursor, render(cursor, flows.RATING_UNDONE, {**mine, "album_rating_key": key}))
            earlier = ratings[1][1] if len(ratings) > 1 else None
            return RatingUndone(name, rating, rated_at, earlier)


def find_album(cursor: Cursor, listener_key: int, meant: GivenRating) -> int:
    """Return the key of a listener's album, 0 where they have none; raise AmbiguousAlbum."""
    found = match_albums(cursor, [meant], [listener_key])[0]
    if found.candidates:
        raise AmbiguousAlbum(explain_refusal(found, is_public=False))
    return found.album_key or 0


def update_found_albums(cursor: Cursor) -> int:
    """Look again for the albums behind rated names; return how many have been found."""
    send(cursor, render(cursor, flows.NAMELESS_RATINGS))
    names = cursor.fetchall()
    if not names:
        return 0
    # Folded names fold to themselves.
    wanted = [GivenRating(title, Decimal(0), artist) for _, _, title, artist in names]
    whose = [listener_key for listener_key, _, _, _ in names]
    found = match_albums(cursor, wanted, whose, needs_id=True)
    parameters = {
        "listener_key": whose,
        "album_key": [album_key for _, album_key, _, _ in names],
        "found_album_key": [one.album_key for one in found],
    }
    send(cursor, render(cursor, flows.FOUND_ALBUMS, parameters))
    return sum(one.album_key is not None for one in found)
