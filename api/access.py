"""Who may ask: nobody unasked, wherever a request comes from.

Programs send a token. A browser is let in by a link (api.entry) and sends a cookie from then on;
for the pages a token may also be its password. An address tells nothing: behind a proxy everybody
comes from this machine. What a browser sends along unasked counts for our own pages alone.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request
from flask_limiter import Limiter
from werkzeug.exceptions import BadRequest

from api.ledger import LedgerReader
from api.problems import ApiError
from everheard.addresses import name_network
from everheard.ledger.operations.tokens import hash_token, is_token

COOKIE = "everheard"
#: They tell of nobody: whether the ledger is there, the page that lets in, stylesheets, scripts.
PUBLIC_ENDPOINTS = {
    "status.show_health",
    "entry.show_page",
    "entry.let_in",
    "dashboard.send_asset",
}
#: For people: a browser cannot send a bearer token by itself, but it asks for a password.
_PAGE_BLUEPRINTS = {"dashboard"}
_DOCUMENT_BLUEPRINTS = {"openapi", "swagger"}
_OWN_ALONE = {*_PAGE_BLUEPRINTS, *_DOCUMENT_BLUEPRINTS, "entry"}
_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_HOW_TO_ENTER = (
    "Open the link that `python start.py serve --link` prints. On another device, and for a"
    " program, `python start.py token create NAME` makes a token."
)


@dataclass(frozen=True)
class Caller:
    """Whose numbers a request is about; listener 0: nobody is known yet."""

    listener_key: int
    may_rate: bool
    may_read_all: bool


@dataclass(frozen=True)
class Credential:
    """What a request brought to be let in; ``is_unasked``: the browser sent it by itself."""

    token_hash: str
    is_browser: bool
    is_unasked: bool


class KnownCallers:
    """Whose token was found good lately: these are counted by themselves, others by address."""

    def __init__(self, seconds: float = 600, size: int = 1000) -> None:
        self._seconds, self._size = seconds, size
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def note(self, token_hash: str) -> None:
        """Note that a token was good just now."""
        with self._lock:
            self._until[token_hash] = time.monotonic() + self._seconds
            self._until.move_to_end(token_hash)
            while len(self._until) > self._size:
                self._until.popitem(last=False)

    def knows(self, token_hash: str) -> bool:
        """Tell whether a token was good lately."""
        return self._until.get(token_hash, 0.0) > time.monotonic()

    def forget(self, token_hash: str) -> None:
        """Forget a token that is not good any more."""
        with self._lock:
            self._until.pop(token_hash, None)


def get_caller() -> Caller:
    """Return the caller of this request."""
    caller = g.caller
    assert isinstance(caller, Caller)  # noqa: S101 (set before every endpoint)
    return caller


def register_access(app: Flask, ledger: LedgerReader, rate_limit: str, *, is_open: bool) -> None:
    """Check every request before anything else looks at it; ``is_open`` lets everybody in."""
    known = KnownCallers()
    limiter = Limiter(
        lambda: name_counter(known, request),
        application_limits=[rate_limit],
        storage_uri="memory://",
        strategy="moving-window",
        headers_enabled=True,
        # Else what has no route would not be counted.
        request_identifier=lambda: request.endpoint or "unknown",
    )
    limiter.request_filter(lambda: request.method == "OPTIONS")
    limiter.init_app(app)

    @app.before_request
    def check_caller() -> None:
        credential = read_credential(request)
        check_site(request, credential)
        if (
            request.method == "OPTIONS"
            or request.endpoint in PUBLIC_ENDPOINTS
            or request.routing_exception is not None
        ):
            return
        g.caller = _let_all_in(ledger) if is_open else _find_caller(ledger, credential, known)
        if request.method in _UNSAFE:
            check_content(request)

    app.after_request(_add_headers)


def name_counter(known: KnownCallers, asked: Request) -> str:
    """Return by what a request is counted, before anything is asked of the database.

    By its token where that was good lately, so that strangers behind the same proxy take
    nothing from the listener; else by its address, since a new token costs a stranger nothing.
    """
    credential = read_credential(asked)
    if credential and known.knows(credential.token_hash):
        return credential.token_hash
    return name_network(asked.remote_addr or "")


def read_credential(asked: Request) -> Credential | None:
    """Return what a request brought to be let in; None where nothing could be a token."""
    scheme, _, text = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _to_credential(text.strip(), is_browser=False, is_unasked=False)
    if scheme.lower() == "basic" and asked.blueprint in _PAGE_BLUEPRINTS:
        password = (asked.authorization and asked.authorization.password) or ""
        if is_token(password):  # else it is meant for a proxy before us
            return _to_credential(password, is_browser=False, is_unasked=True)
    return _to_credential(asked.cookies.get(COOKIE, ""), is_browser=True, is_unasked=True)


def _to_credential(text: str, *, is_browser: bool, is_unasked: bool) -> Credential | None:
    return Credential(hash_token(text), is_browser, is_unasked) if is_token(text) else None


def is_from_elsewhere(asked: Request) -> bool:
    """Tell whether a page of another site sent a request: browsers say so.

    Behind a proxy Host may be another name than the browser's, so what it says of the site
    itself counts first.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"none", "same-origin"}
    origin = asked.headers.get("Origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != asked.headers.get("Host")
    except ValueError:  # no address at all
        return True


def check_site(asked: Request, credential: Credential | None) -> None:
    """Refuse what a page of another site asks by the listener's browser.

    It may post nothing, and be lent nothing that the browser's own cookie or password opens: a
    script of names could be read by any page that names it as its own. A link may be followed.
    Pages of API_ORIGINS may ask with a token of their own.
    """
    if asked.method == "OPTIONS" or not is_from_elsewhere(asked):
        return
    is_unasked = credential is not None and credential.is_unasked
    is_guarded = is_unasked or asked.blueprint in _OWN_ALONE
    if asked.method in _UNSAFE:
        is_listed = asked.headers.get("Origin") in current_app.config["API_ORIGINS"]
        if is_listed and not is_guarded:
            return
        raise ApiError(403, "Pages of other sites may not ask: set API_ORIGINS to let one.")
    if is_guarded and asked.headers.get("Sec-Fetch-Mode") != "navigate":
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


def _find_caller(
    ledger: LedgerReader, credential: Credential | None, known: KnownCallers
) -> Caller:
    if credential is None:
        raise ApiError(401, _HOW_TO_ENTER)
    found = ledger.read(
        "caller", token_hash=credential.token_hash, is_browser=credential.is_browser
    )
    if not found:
        known.forget(credential.token_hash)
        what = "This browser was shut out, or let in" if credential.is_browser else "This token"
        why = " too long ago" if credential.is_browser else " is not known, or was revoked"
        raise ApiError(401, f"{what}{why}. {_HOW_TO_ENTER}")
    known.note(credential.token_hash)
    return Caller(**found[0])


def _let_all_in(ledger: LedgerReader) -> Caller:
    """Return who everybody is taken for where nothing has to be guarded (the demo's ledger)."""
    first = ledger.read("first_listener")[0]
    return Caller(first["listener_key"], may_rate=True, may_read_all=True)


def _add_headers(answer: Response) -> Response:
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers.setdefault("Cache-Control", "no-store")
    if request.blueprint in _DOCUMENT_BLUEPRINTS:
        policy = "default-src 'self' 'unsafe-inline' data:; frame-ancestors 'none'"
    else:
        policy = "default-src 'none'; frame-ancestors 'none'"
    answer.headers.setdefault("Content-Security-Policy", policy)
    origin = request.headers.get("Origin")
    if origin and origin in current_app.config["API_ORIGINS"]:
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
        answer.headers["Access-Control-Expose-Headers"] = "Link, X-Total-Count"
        answer.headers.add("Vary", "Origin")
    return answer
