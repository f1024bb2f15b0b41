"""The answers that are not data: errors in Spotify's words, and broken connections."""

from __future__ import annotations

import base64
import json
import socket
from contextlib import suppress
from typing import Any

from flask import Response, request

JSON_TYPE = "application/json; charset=utf-8"
PREMIUM_TEXT = (
    "Active premium subscription required for the owner of the app. When the subscription"
    " status changes, it can take a few hours before requests are allowed again."
)


class RefusedCall(Exception):
    """Ends a call to the Web API with an error body."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)


def answer_json(body: Any, status: int = 200) -> Response:
    """Return a JSON answer, its text unescaped as Spotify's is."""
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")), status, content_type=JSON_TYPE
    )


def answer_error(status: int, message: str) -> Response:
    """Return the Web API's usual error body."""
    return answer_json({"error": {"status": status, "message": message}}, status)


def answer_echo(spelling: int) -> Response:
    """Return 400 with what came with the request and is nobody's business, as gateways do."""
    sent = request.headers.get("Authorization", "").partition(" ")[2]
    with suppress(ValueError):
        sent = base64.b64decode(sent, validate=True).decode().partition(":")[2]
    sent += f" {request.form.get('refresh_token', '')}"
    said = (
        sent,
        "".join(f"%{byte:02x}" for byte in sent.encode()),
        base64.b64encode(b"x:" + sent.encode()).decode(),
        " ".join(f"client_secret={one}" for one in sent.split()),
    )[spelling]
    if request.path.endswith("/api/token"):
        return answer_json({"error": "invalid_request", "error_description": said}, 400)
    return answer_error(400, said)


def answer_too_many(retry_after: int | None) -> Response:
    """Return 429 for the rolling 30 seconds; sometimes nobody says for how long."""
    response = answer_error(429, "API rate limit exceeded")
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def answer_quota_spent(retry_after: int | None) -> Response:
    """Return 429 for an empty quota bucket: the reason tells it from the other."""
    body = {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}
    response = answer_json({"error": body}, 429)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def break_off(response: Response) -> Response:
    """Return an answer that promises more bytes than it carries."""
    whole = response.get_data()
    broken = Response(whole[: len(whole) // 2], response.status_code, content_type=JSON_TYPE)
    broken.headers["Content-Length"] = str(max(1, len(whole)))
    return broken


def hang_up() -> None:
    """Close the caller's connection before anything is answered."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    with suppress(OSError):  # the caller may be gone already
        connection.shutdown(socket.SHUT_RDWR)
