"""The REST API: ratings, rankings, search. ``waitress-serve --call api:create_app`` runs it."""

from __future__ import annotations

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from api import catalogue, dashboard, entry, rankings, status
from api.access import COOKIE, register_access
from api.ledger import LedgerReader
from api.live_pages import LivePages
from api.problems import FieldFault, Problem, explain_fields, register_problems
from api.search import Search
from dashboard.now_playing import find_stream
from everheard.config import Settings, read_settings

#: No body that is meant well is longer: a title, an artist, a number.
LONGEST_BODY = 16 * 1024

_ABOUT = """Ratings and rankings of albums, and search, over your own listening ledger.
Errors are RFC 9457 problems. Lists come in pages: X-Total-Count and Link tell of the others."""


def create_app(settings: Settings | None = None, *, is_open: bool = False) -> OpenAPI:
    """Make the app; nothing is connected before the first request.

    ``is_open`` lets everybody in, and is meant for the demo's ledger alone.
    """
    if settings is None:
        settings = read_settings(needs_spotify=False)
    app = OpenAPI(
        __name__,
        info=Info(title="Everheard", version=status.VERSION, description=_ABOUT),
        security_schemes={
            "token": {"type": "http", "scheme": "bearer"},
            "browser": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        },
        validation_error_model=Problem,
        validation_error_callback=explain_fields,
        static_folder=None,
    )
    app.components_schemas["FieldFault"] = FieldFault.model_json_schema()
    app.config.update(
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        API_ORIGINS=frozenset(settings.api_origins),
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of the default provider
    ledger = LedgerReader(settings)
    app.extensions["ledger"] = ledger
    app.extensions["rankings"] = rankings.Rankings(ledger)
    app.extensions["search"] = Search(ledger)
    # The demo's ledger is open, and nobody listens there.
    app.extensions["dashboard"] = LivePages(ledger, None if is_open else find_stream(settings))
    register_problems(app)
    register_access(app, ledger, settings.api_rate_limit, is_open=is_open)
    for part in (status, rankings, catalogue):
        app.register_api(part.blueprint)
    app.register_blueprint(dashboard.blueprint)
    app.register_blueprint(entry.blueprint)
    return app
