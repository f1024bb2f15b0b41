"""Rankings and ratings: GET /rankings, /rankings/history, /ratings, and POST /rank."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from decimal import Decimal
from threading import Lock
from typing import Any

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import get_caller
from api.answers import take_total, to_answer, to_hours, to_number, to_page
from api.ledger import LedgerReader, get_ledger
from api.models import PastRankList, RankingList, Rated, RatingList
from api.problems import FAULT_RESPONSES, SECURITY, ApiError
from api.queries import HistoryQuery, RankingQuery, RateBody, RatingsQuery
from everheard.ledger.listeners import find_or_insert_listener
from everheard.ledger.ratings import KeptRating, insert_ratings
from everheard.names import fold_name
from everheard.rows import GivenRating

Row = dict[str, Any]

blueprint = APIBlueprint(
    "rankings",
    __name__,
    abp_tags=[Tag(name="Ratings and rankings")],
    abp_responses=FAULT_RESPONSES,
    abp_security=SECURITY,
)


class Rankings:
    """Whole rankings, kept until something they depend on has changed."""

    def __init__(self, ledger: LedgerReader, size: int = 32) -> None:
        self._ledger = ledger
        self._size = size
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, str], tuple[Row, list[Row]]] = OrderedDict()

    def read(self, listener_key: int, method: str) -> list[Row]:
        """Return a listener's ranking by a method, best first."""
        version = self._ledger.read("ranking_version", listener_key=listener_key)[0]
        place = listener_key, method
        with self._lock:
            kept = self._kept.get(place)
            if kept and kept[0] == version:
                self._kept.move_to_end(place)
                return kept[1]
        found = self._ledger.read("ranking", listener_key=listener_key, method=method)
        rows = [_to_ranked(row, method) for row in found]
        with self._lock:
            self._kept[place] = version, rows
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return rows


def _to_ranked(row: Row, method: str) -> Row:
    hours = to_hours(row.pop("ms_listened"))
    average = row["average_rating"]
    return {
        **row,
        "average_rating": None if average is None else to_number(average),
        "score": to_number(row["score"]),
        "method": method,
        "hours_listened": hours,
    }


def _whose(of: str) -> int:
    """Return whose ranking is meant; 0 is everyone's, where there are several."""
    caller = get_caller()
    if of == "mine":
        return caller.listener_key
    if not caller.may_read_all:
        raise ApiError(403, "This token may see its own listener's rankings only.")
    listeners = get_ledger().read("listeners")
    return 0 if len(listeners) > 1 else caller.listener_key


@blueprint.get("/rankings", responses={200: RankingList})
def list_rankings(query: RankingQuery) -> Response:
    """Rank the albums by ratings, by plays, or by both."""
    rankings = current_app.extensions["rankings"]
    rows: list[Row] = rankings.read(_whose(query.of), query.method)
    if query.artist:
        wanted = fold_name(query.artist)
        rows = [row for row in rows if wanted in fold_name(row["artist"])]
    if query.q:
        wanted = fold_name(query.q)
        rows = [row for row in rows if wanted in fold_name(row["album"])]
    if query.min_rating is not None:
        least = query.min_rating
        rows = [
            row
            for row in rows
            if row["average_rating"] is not None and row["average_rating"] >= least
        ]
    rows = _sort(rows, query.sort)
    page = rows[query.offset : query.offset + query.limit]
    return to_page(page, len(rows), query)


def _sort(rows: list[Row], sort: str) -> list[Row]:
    """Sort by one field; rows come by rank, which decides where the field is the same."""
    field = sort.removeprefix("-")
    if sort == "rank":
        return rows
    if field in {"album", "artist"}:
        return sorted(rows, key=lambda row: fold_name(row[field]), reverse=sort[0] == "-")
    known = [row for row in rows if row[field] is not None]
    known.sort(key=lambda row: row[field], reverse=sort[0] == "-")
    return known + [row for row in rows if row[field] is None]


@blueprint.get("/rankings/history", responses={200: PastRankList})
def list_history(query: HistoryQuery) -> Response:
    """Show the ranks of past days: one day, or a stretch, of all kept albums or one."""
    last = query.date or query.last_date or dt.datetime.now(tz=dt.UTC).date() + dt.timedelta(days=1)
    first = query.date or query.first_date or _days_before(last, 30)
    rows = get_ledger().read(
        "ranking_history",
        listener_key=_whose(query.of),
        method=query.method,
        first_date=first,
        last_date=last,
        album_key=query.album_key,
        album_id=query.album_id,
        row_limit=query.limit,
        row_offset=query.offset,
    )
    total = take_total(rows)
    return to_page([{**row, "method": query.method} for row in rows], total, query)


def _days_before(day: dt.date, days: int) -> dt.date:
    return max(day, dt.date(1, 12, 31)) - dt.timedelta(days=days)


@blueprint.get("/ratings", responses={200: RatingList})
def list_ratings(query: RatingsQuery) -> Response:
    """List your own ratings, the newest first."""
    rows = get_ledger().read(
        "ratings",
        listener_key=get_caller().listener_key,
        wants_all=query.all,
        album_key=query.album_key,
        row_limit=query.limit,
        row_offset=query.offset,
    )
    total = take_total(rows)
    return to_page(rows, total, query)


@blueprint.post("/rank", responses={201: Rated})
def rate_album(body: RateBody) -> Response:
    """Rate an album from 0 to 100; the latest rating of an album counts."""
    caller = get_caller()
    if not caller.may_rate:
        raise ApiError(403, "This token may read, and not rate.")
    given = GivenRating(
        title=body.album.strip(),
        rating=_to_decimal(body.rating),
        artist=(body.artist or "").strip(),
        album_id=body.album_id,
    )
    ledger = get_ledger()
    with ledger.lend_connection() as connection:
        listener_key = caller.listener_key
        if not listener_key:
            zone = ledger.settings.timezone
            listener_key, _ = find_or_insert_listener(connection, None, zone, shows_names=False)
        kept = insert_ratings(connection, listener_key=listener_key, source="api", ratings=[given])[
            0
        ]
    _refuse_unknown(kept)
    album = ledger.read("rated_album", album_key=kept.album_key)[0]
    return to_answer(
        {
            **album,
            "rating": given.rating,
            "rated_at": kept.rated_at,
            "is_known_by_name_only": album["album_id"] is None,
        },
        201,
    )


def _to_decimal(rating: float) -> Decimal:
    return round(Decimal(str(rating)), 2)


def _refuse_unknown(kept: KeptRating) -> None:
    if kept.candidates:
        raise ApiError(
            409,
            "Several albums have this title: name the artist, or give album_id.",
            candidates=list(kept.candidates),
        )
    if kept.album_key is None:
        fault = {"field": "album_id", "detail": "No album in the ledger has this id"}
        raise ApiError(404, "No album in the ledger has this id.", errors=[fault])
