"""How a browser gets in: GET /enter#CODE shows a page, whose script posts the code.

The code stands behind the # so that no server, proxy or log ever sees it in an address. It is
exchanged, once, for a cookie that no script can read and no other site's page can send.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.access import COOKIE, check_content
from api.answers import to_answer
from api.ledger import get_ledger
from api.problems import ApiError
from dashboard.build import draw_entry
from everheard.ledger.operations.tokens import is_token, redeem_entry

COOKIE_DAYS = 90
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " script-src 'self'; style-src 'self'; font-src 'self'; img-src data:; connect-src 'self'"
)

blueprint = Blueprint("entry", __name__)


@blueprint.get("/enter", strict_slashes=True)
def show_page() -> Response:
    """Show the page that posts the code in its address."""
    page = Response(draw_entry(), content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = _POLICY
    return page


@blueprint.post("/enter", strict_slashes=True)
def let_in() -> Response:
    """Exchange a code for a cookie."""
    check_content(request)
    code = request.get_json().get("code")
    cookie = None
    if isinstance(code, str) and is_token(code):
        with get_ledger().lend_connection() as connection:
            cookie = redeem_entry(connection, code)
    if cookie is None:
        raise ApiError(
            401,
            "This link was used before, or is older than ten minutes:"
            " `python start.py serve --link` prints another.",
        )
    answer = to_answer({"status": "ok"})
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        samesite="Strict",
        # The browser's own word: behind a proxy everything comes in the clear.
        secure=request.headers.get("Origin", "").startswith("https://"),
    )
    return answer
