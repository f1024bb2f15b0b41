"""Sign a listener in, once every six months: ``python start.py authorize``.

After https://developer.spotify.com/documentation/web-api/tutorials/code-flow, with PKCE
on top. The new sign-in goes into the ledger, where every runner finds it, and into .env.
"""

from __future__ import annotations

from cli.authorize.consent import AuthorizeFailed, Consent
from cli.authorize.keep import SignedIn, keep_sign_in
from cli.authorize.listen import wait_for_redirect
from cli.commands import make_parser
from everheard.config import Settings, read_settings
from everheard.failure import ConfigurationError
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.auth import RenewingToken, exchange_code
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import SignInNeeded
from everheard.sources.spotify.rows.account import to_account

__all__ = ["AuthorizeFailed", "authorize", "main"]


def main(argv: list[str]) -> int:
    """Sign in; say what came of it."""
    parser = make_parser("authorize", "Sign in at Spotify, or renew the sign-in.")
    parser.add_argument("--another", action="store_true", help="take a further listener in")
    parser.add_argument("--paste", action="store_true", help="the browser is on another device")
    parser.add_argument(
        "--port", type=int, default=8888, help="of the redirect URI, where 8888 is taken"
    )
    parser.add_argument(
        "--wait", type=float, default=600.0, metavar="SECONDS", help="for the browser"
    )
    options = parser.parse_args(argv)
    print(
        authorize(
            read_settings(needs_spotify=False),
            is_another=options.another,
            port=options.port,
            must_paste=options.paste,
            wait_seconds=options.wait,
        )
    )
    return 0


def authorize(
    settings: Settings, *, is_another: bool, port: int, must_paste: bool, wait_seconds: float
) -> str:
    """Sign in through a browser and keep what comes of it; return a sentence.

    ``is_another`` takes a further listener in; without it, another account than the known
    one is refused. Raises a Failure that names the cure, and then nothing has changed.
    """
    _refuse_missing_app(settings)
    consent = Consent(settings.accounts_url, settings.client_id, port)
    with Sender(SPOTIFY) as sender:
        signed_in = wait_for_redirect(
            consent,
            lambda code: sign_in(sender, settings, consent, code),
            must_paste=must_paste,
            wait_seconds=wait_seconds,
        )
    return keep_sign_in(settings, signed_in, is_another=is_another)


def _refuse_missing_app(settings: Settings) -> None:
    missing = [
        name
        for name, value in {
            "SPOTIFY_CLIENT_ID": settings.client_id,
            "SPOTIFY_CLIENT_SECRET": settings.client_secret,
        }.items()
        if not value
    ]
    if missing:
        raise ConfigurationError(
            [
                f"{name} is not set: copy it from your app's page in the Spotify dashboard"
                " (docs/sign-in.md shows where), or let `python start.py setup` ask for it"
                for name in missing
            ]
        )


def sign_in(sender: Sender, settings: Settings, consent: Consent, code: str) -> SignedIn:
    """Exchange the code, and ask Spotify who signed in and whether it shows their plays."""
    app = (sender, settings.accounts_url, settings.client_id, settings.client_secret)
    try:
        grant = exchange_code(
            *app,
            code=code,
            redirect_uri=consent.redirect_uri,
            code_verifier=consent.code_verifier,
        )
    except SignInNeeded:
        raise AuthorizeFailed(
            "This answer of Spotify was used before, or is older than some minutes:"
            " type `python start.py authorize` again."
        ) from None
    newest = [grant.refresh_token]
    token = RenewingToken(*app, grant.refresh_token, newest.append)
    client = SpotifyClient(sender, token, settings.api_url)
    account = to_account(client.fetch_me())
    client.fetch_recently_played(limit=1)
    if account is None:
        raise AuthorizeFailed("Spotify did not say whose sign-in this is: try again later.")
    return SignedIn(refresh_token=newest[-1], scopes=grant.scopes, account=account)
