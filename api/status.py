"""Where the ledger stands: GET /, /health, /daily-report."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import get_caller
from api.answers import to_answer, to_hours
from api.ledger import get_ledger
from api.models import Contact, DailyReport, Health, Status
from api.problems import FAULT_RESPONSES, SECURITY, ApiError
from api.queries import ReportQuery

VERSION = "0.1.0"

blueprint = APIBlueprint(
    "status",
    __name__,
    abp_tags=[Tag(name="Status")],
    abp_responses=FAULT_RESPONSES,
)


@blueprint.get("/", responses={200: Status}, security=SECURITY)
def show_status() -> Response:
    """Say what the ledger holds of you."""
    row = get_ledger().read("status", listener_key=get_caller().listener_key)[0]
    return to_answer(
        {
            "name": "Everheard",
            "version": VERSION,
            "listener": row["listener"],
            "plays": row["play_count"],
            "ratings": row["rating_count"],
            "last_played_at": row["last_played_at"],
            "ranked_at": row["ranked_at"],
            **read_last_contact(),
            "documentation": "/openapi/swagger",
        }
    )


@blueprint.get("/health", responses={200: Health}, security=[{}])
def show_health() -> Response:
    """Say whether the ledger can be reached; nothing about anybody, so no token is needed."""
    get_ledger().read("is_alive")
    return to_answer({"status": "ok"})


@blueprint.get("/daily-report", responses={200: DailyReport}, security=SECURITY)
def show_daily_report(query: ReportQuery) -> Response:
    """Show a day beside the thirty before it, and what was heard most."""
    listener_key = get_caller().listener_key
    ledger = get_ledger()
    rows = ledger.read("daily_report", listener_key=listener_key, date=query.date)
    if not rows:
        raise ApiError(404, "The ledger knows no such day: it begins with your first play.")
    row = rows[0]
    day, average = row.pop("play_date"), row.pop("average_ms")
    report = {
        "date": day,
        "hours_listened": to_hours(row.pop("ms_listened")),
        "hours_estimated": to_hours(row.pop("ms_estimated")),
        "average_hours": to_hours(average),
        "longest_session_hours": to_hours(row.pop("longest_session_ms")),
        **row,
        "top": [
            {"hours_listened": to_hours(one.pop("ms_listened")), **one}
            for one in ledger.read("daily_top", listener_key=listener_key, date=day)
        ],
        **read_last_contact(),
    }
    return to_answer(report)


def read_last_contact() -> dict[str, Any]:
    """Return when the caller was last heard from, by whom, and how many hours ago that is now."""
    for row in get_ledger().read("last_contact", listener_key=get_caller().listener_key):
        return {**row, "hours_since_contact": round(row["hours_since_contact"], 2)}
    return dict.fromkeys(Contact.model_fields)
