"""Where the ledger stands: GET /, /health, /daily-report."""

from __future__ import annotations

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import get_caller
from api.answers import to_answer
from api.ledger import Ledger
from api.models import Health, Status
from api.problems import FAULT_RESPONSES, SECURITY

VERSION = "0.1.0"

blueprint = APIBlueprint(
    "status",
    __name__,
    abp_tags=[Tag(name="Status")],
    abp_responses=FAULT_RESPONSES,
    abp_security=SECURITY,
)


def _get_ledger() -> Ledger:
    ledger = current_app.extensions["ledger"]
    assert isinstance(ledger, Ledger)  # noqa: S101 (create_app put it there)
    return ledger


@blueprint.get("/", responses={200: Status})
def show_status() -> Response:
    """Say what the ledger holds of you."""
    row = _get_ledger().read("status", listener_key=get_caller().listener_key)[0]
    return to_answer(
        {
            "name": "Everheard",
            "version": VERSION,
            "listener": row["listener"],
            "plays": row["play_count"],
            "ratings": row["rating_count"],
            "last_played_at": row["last_played_at"],
            "ranked_at": row["ranked_at"],
            "documentation": "/openapi/swagger",
        }
    )


@blueprint.get("/health", responses={200: Health})
def show_health() -> Response:
    """Say whether the ledger can be reached; nothing about anybody, so no token is needed."""
    _get_ledger().read("is_alive")
    return to_answer({"status": "ok"})
