"""Who may ask: whoever sits at this machine without a token, anybody else with one.

Local access is a request from this machine, to a name of this machine, that no proxy passed
on, while no token has ever been made. A foreign page in a browser here can neither
post (content type, origin) nor read by rebinding a name (Host).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request
from flask_limiter import Limiter
from werkzeug.exceptions import BadRequest

from api.ledger import LedgerReader
from api.problems import ApiError
from everheard.config import LOOPBACK_HOSTS
from everheard.ledger.operations.tokens import hash_token

_PUBLIC_ENDPOINTS = {"status.show_health", "dashboard.send_asset"}
_PUBLIC_BLUEPRINTS = {"openapi", "swagger"}
#: For people: a browser cannot send a bearer token by itself, but it asks for a password.
_PAGE_BLUEPRINTS = {"dashboard"}
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Caller:
    """Whose numbers a request is about; listener 0: nobody is known yet."""

    listener_key: int
    may_rate: bool
    may_read_all: bool


def get_caller() -> Caller:
    """Return the caller of this request."""
    caller = g.caller
    assert isinstance(caller, Caller)  # noqa: S101 (set before every endpoint)
    return caller


def register_access(app: Flask, ledger: LedgerReader, rate_limit: str) -> None:
    """Check every request before anything else looks at it."""
    limiter = Limiter(
        _name_caller,
        application_limits=[rate_limit],
        storage_uri="memory://",
        strategy="moving-window",
        headers_enabled=True,
    )
    limiter.request_filter(lambda: is_local(request) or request.method == "OPTIONS")
    limiter.init_app(app)

    @app.before_request
    def check_caller() -> None:
        if request.method in _UNSAFE:
            check_origin(request)
        if request.blueprint in _PAGE_BLUEPRINTS:
            check_site(request)
        if (
            request.method == "OPTIONS"
            or request.endpoint in _PUBLIC_ENDPOINTS
            or request.blueprint in _PUBLIC_BLUEPRINTS
        ):
            return
        g.caller = _find_caller(ledger)
        if request.method in _UNSAFE and request.routing_exception is None:
            check_content(request)

    app.after_request(_add_headers)


def _name_caller() -> str:
    token = _read_token(request)
    return hash_token(token) if token else request.remote_addr or "unknown"


def _read_token(asked: Request) -> str:
    scheme, _, token = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic" and asked.blueprint in _PAGE_BLUEPRINTS:
        return (asked.authorization and asked.authorization.password) or ""
    return token.strip() if scheme.lower() == "bearer" else ""


def _host_name(address: str) -> str:
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return ""


def is_local(asked: Request) -> bool:
    """Tell whether a request comes from this machine, to this machine, by no proxy."""
    passed_on = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
    return (
        asked.remote_addr in {"127.0.0.1", "::1"}
        and _host_name(asked.headers.get("Host", "")) in LOOPBACK_HOSTS
        and not any(name in asked.headers for name in passed_on)
    )


def check_origin(asked: Request) -> None:
    """Refuse what a page of another site sends by the listener's browser."""
    origin = asked.headers.get("Origin")
    if origin is None or origin in current_app.config["API_ORIGINS"]:
        return
    if urlsplit(origin).netloc != asked.headers.get("Host"):
        raise ApiError(403, "Pages of other sites may not ask: set API_ORIGINS to let one.")


def check_site(asked: Request) -> None:
    """Refuse to lend pages to those of another site; a link on one may be followed.

    A script of names could be read by any page that names it as its own: browsers send
    along whatever lets the listener in. They say where a request comes from, too.
    """
    is_own = asked.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
    if not is_own and asked.headers.get("Sec-Fetch-Mode") != "navigate":
        raise ApiError(403, "Pages of other sites may not ask for these.")


def check_content(asked: Request) -> None:
    """Refuse a body that is no JSON object, before its fields are looked at."""
    if asked.mimetype != "application/json":
        raise ApiError(415, "Send the body as application/json.")
    try:
        content = asked.get_json()
    except (BadRequest, RecursionError):
        fault = {"field": "body", "detail": "Input should be JSON"}
        raise ApiError(400, "The body is no JSON that can be read.", errors=[fault]) from None
    if not isinstance(content, dict):
        fault = {"field": "body", "detail": "Input should be an object"}
        raise ApiError(422, "The body must be a JSON object.", errors=[fault])


def _find_caller(ledger: LedgerReader) -> Caller:
    token = _read_token(request)
    if token:
        found = ledger.read("caller", token_hash=hash_token(token))
        if not found:
            raise ApiError(401, "This token is not known, or was revoked.")
        return Caller(**found[0])
    if is_local(request):
        here = ledger.read("local_access")[0]
        if not here["has_tokens"]:
            return Caller(here["listener_key"], may_rate=True, may_read_all=True)
    raise ApiError(401, "A token is needed: python start.py token create NAME makes one.")


def _add_headers(answer: Response) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    if request.blueprint in _PUBLIC_BLUEPRINTS:
        policy = "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'"
    else:
        policy = "default-src 'none'; frame-ancestors 'none'"
        answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("Content-Security-Policy", policy)
    origin = request.headers.get("Origin")
    if origin and origin in current_app.config["API_ORIGINS"]:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
        answer.headers["Access-Control-Expose-Headers"] = "Link, X-Total-Count"
        answer.headers.add("Vary", "Origin")
    return answer
