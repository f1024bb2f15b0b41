"""Every error as problem+json (RFC 9457), with the field at fault and nothing else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, json
from flask_openapi3.types import ResponseDict
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from everheard.failure import ConfigurationError, DatabaseTrouble, Failure, SchemaMismatch

MEDIA_TYPE = "application/problem+json"
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_FAULTS = {
    400: "The body is no JSON.",
    401: "A token is needed, or this one is not good.",
    403: "This caller may not do this.",
    404: "There is no such thing in the ledger.",
    409: "Several things fit.",
    413: "The body is too long.",
    415: "The body is not application/json.",
    422: "A field is not what it should be.",
    429: "Too many requests; Retry-After says when to go on.",
    503: "The database cannot be reached just now.",
}
#: What every operation may answer, as the document of the API says it.
FAULT_RESPONSES: ResponseDict = {
    code: {"description": text, "content": _PROBLEM} for code, text in _FAULTS.items()
}
#: A token, or the cookie of a browser that was let in by a link.
SECURITY: list[dict[str, list[Any]]] = [{"token": []}, {"browser": []}]


class FieldFault(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldFault] | None = None
    candidates: list[dict[str, Any]] | None = None


class ApiError(Exception):
    """An error with its status; ``more`` are further members (errors, candidates)."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def make_problem(status: int, detail: str, **more: Any) -> Response:
    """Return the answer for an error."""
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    answer = Response(json.dumps(problem), status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="everheard"'
    return answer


def explain_fields(error: ValidationError) -> Response:
    """Return the answer for a request whose fields are not what they should be."""
    faults = [
        {
            "field": ".".join(str(part) for part in fault["loc"]) or "body",
            "detail": fault["msg"],
        }
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    named = ", ".join(fault["field"] for fault in faults)
    return make_problem(422, f"Not valid: {named}.", errors=faults)


def register_problems(app: Flask) -> None:
    """Answer every error of the app as a problem."""
    app.register_error_handler(ApiError, _answer_api_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Failure, _answer_failure)
    app.register_error_handler(Exception, _answer_bug)


def _answer_api_error(error: ApiError) -> Response:
    return make_problem(error.status, error.detail, **error.more)


def _answer_http_error(error: HTTPException) -> Response:
    if isinstance(error.response, Response):  # a validation error's own answer
        return error.response
    status = error.code or 500
    answer = make_problem(status, error.description or HTTPStatus(status).phrase)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def _answer_failure(failure: Failure) -> Response:
    current_app.logger.error("%s", failure)
    if isinstance(failure, DatabaseTrouble | SchemaMismatch):
        answer = make_problem(503, "The ledger cannot be reached just now.")
        answer.headers["Retry-After"] = "30"
        return answer
    if isinstance(failure, ConfigurationError):
        return make_problem(409, "The ledger has several listeners: use a token.")
    return make_problem(500, "This request could not be answered.")


def _answer_bug(error: Exception) -> Response:
    current_app.logger.error("bug", exc_info=error)
    return make_problem(500, "This request could not be answered.")
