"""The dashboard, live: GET /dashboard, for people with a browser."""

from __future__ import annotations

from pathlib import PurePath

from flask import Blueprint, Response, current_app, json, redirect, request, send_from_directory
from werkzeug.wrappers import Response as BaseResponse

from api.access import get_caller
from api.ledger import get_ledger
from api.live_pages import LivePages
from api.problems import MEDIA_TYPE, ApiError
from dashboard.build import STATIC_DIR, draw_trouble
from dashboard.now_playing import COVERS
from everheard.ledger.operations.tokens import insert_pass

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_ALONE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_POLICIES = {
    "text/html": f"{_ALONE}; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data:{covers}; connect-src 'self'{stream}",
    # A picture carries its style and its letters inside, so that it can be sent on.
    "image/svg+xml": f"{_ALONE}; style-src 'unsafe-inline'; font-src data:",
}

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")


@blueprint.get("", strict_slashes=True)
def show_way() -> BaseResponse:
    """Lead to the folder, so that the pages' links lead to one another."""
    return redirect("dashboard/")


@blueprint.get("/", defaults={"name": "index.html"}, strict_slashes=True)
@blueprint.get("/<name>")
def show_page(name: str) -> Response:
    """Show a page, or a file that belongs to one, as the ledger is now."""
    pages = _get_live_pages().find(get_caller().listener_key)
    if pages is None:
        raise ApiError(404, "Nobody has signed in yet: python start.py authorize does.")
    try:
        content = pages.make(name)
    except KeyError:
        raise ApiError(404, "The dashboard has no such page.") from None
    return Response(content, content_type=_TYPES[PurePath(name).suffix])


def send_asset(name: str) -> Response:
    """Send a stylesheet, script or font; they tell of nobody."""
    return send_from_directory(STATIC_DIR, name)


for _path in STATIC_DIR.iterdir():
    blueprint.add_url_rule(f"/{_path.name}", view_func=send_asset, defaults={"name": _path.name})


@blueprint.post("/now-playing-pass")
def lend_pass() -> Response:
    """Lend a page of ours a token, for ten minutes, that opens the stream of what plays."""
    listener_key = get_caller().listener_key
    if not listener_key or _get_live_pages().stream is None:
        raise ApiError(404, "Nothing is shown of what plays: NOW_PLAYING is off.")
    with get_ledger().lend_connection() as connection:
        return Response(insert_pass(connection, listener_key), content_type="text/plain")


@blueprint.get("/news")
def tell_news() -> BaseResponse:
    """Answer 304 as long as the ledger is the one of the page that asks (If-None-Match)."""
    version = _get_live_pages().read_version(get_caller().listener_key)
    answer = Response(version, content_type="text/plain")
    answer.set_etag(version)
    return answer.make_conditional(request)


def _get_live_pages() -> LivePages:
    live = current_app.extensions["dashboard"]
    assert isinstance(live, LivePages)  # noqa: S101 (create_app put it there)
    return live


@blueprint.after_request
def finish(answer: Response) -> Response:
    """Say faults as a page, and keep what is answered from the pages of other sites."""
    if answer.mimetype == MEDIA_TYPE:
        problem = json.loads(answer.get_data())
        answer.set_data(draw_trouble(problem["title"], problem["detail"]))
        answer.content_type = _TYPES[".html"]
    if answer.status_code == 401 and request.headers.get("Sec-Fetch-Mode", "") in {"", "navigate"}:
        # Browsers ask for a password by this word alone, never for a bearer token; and not where
        # an open page asks for news by itself.
        answer.headers["WWW-Authenticate"] = 'Basic realm="Everheard", charset="UTF-8"'
    policy = _POLICIES.get(answer.mimetype or "", _ALONE)
    stream = _get_live_pages().stream
    covers, origin = (f" {COVERS}", f" {stream.origin}") if stream else ("", "")
    answer.headers["Content-Security-Policy"] = policy.format(covers=covers, stream=origin)
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
