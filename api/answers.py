"""How rows become answers: lists with their pages in the headers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Response, json, request

from api.queries import Paging

_MS_PER_HOUR = 3_600_000


def to_answer(content: Any, status: int = 200) -> Response:
    """Return JSON; moments with their zone, whole numbers without a point."""
    return Response(json.dumps(content, default=_to_json), status, content_type="application/json")


def _to_json(value: object) -> object:
    if isinstance(value, Decimal):
        return to_number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def to_number(value: Decimal | float) -> int | float:
    """Return 95 for 95.00."""
    return int(value) if value == int(value) else float(value)


def to_hours(ms: Any) -> float | None:
    """Return milliseconds as hours; None stays None: nobody saw."""
    return None if ms is None else round(ms / _MS_PER_HOUR, 2)


def to_page(rows: Sequence[dict[str, Any]], total_count: int, paging: Paging) -> Response:
    """Return one page of a list; X-Total-Count and Link (RFC 8288) tell of the others."""
    answer = to_answer(rows)
    answer.headers["X-Total-Count"] = str(total_count)
    links = []
    if paging.offset > 0:
        links.append(f'<{_locate(max(0, paging.offset - paging.limit), paging)}>; rel="prev"')
    if paging.offset + len(rows) < total_count and rows:
        links.append(f'<{_locate(paging.offset + paging.limit, paging)}>; rel="next"')
    if links:
        answer.headers["Link"] = ", ".join(links)
    return answer


def take_total(rows: list[dict[str, Any]]) -> int:
    """Take the count of all pages out of the rows of one."""
    totals = [row.pop("total_count") for row in rows]
    return int(totals[0]) if totals else 0


def _locate(offset: int, paging: Paging) -> str:
    query = {**request.args, "limit": paging.limit, "offset": offset}
    return f"{request.path}?{urlencode(query)}"
