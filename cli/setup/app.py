"""The Spotify app: how it is made, and whether its id and secret go together."""

from __future__ import annotations

from cli.env_file import write_settings
from cli.setup.ask import ask, ask_secret
from everheard.config import Settings
from everheard.failure import Failure
from everheard.sources.http import Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.auth import AppToken
from everheard.sources.spotify.errors import WrongClient


def is_known(settings: Settings) -> str:
    """Return a word on the app where its id and secret are there, else nothing."""
    both = settings.client_id and settings.client_secret
    return "client id and secret are set" if both else ""


def describe_app(port: int) -> str:
    """Return what to do in Spotify's dashboard, with the redirect URI to paste."""
    return (
        "1. Open https://developer.spotify.com/dashboard and choose Create app"
        " (its owner needs Premium).\n"
        "2. As Redirect URI paste exactly this, then press Add:\n\n"
        f"     http://127.0.0.1:{port}/callback\n\n"
        "3. Tick Web API, agree, save, and open Settings."
    )


def keep_app(settings: Settings, port: int) -> str:
    """Ask for id and secret until Spotify knows them; keep both."""
    print(describe_app(port))
    while True:
        client_id = ask("Client ID", settings.client_id)
        client_secret = ask_secret("Client secret")
        try:
            with Sender(SPOTIFY) as sender:
                AppToken(sender, settings.accounts_url, client_id, client_secret).renew()
            break
        except WrongClient as failure:
            print(f"{failure}\nOnce more, please.")
        except Failure as failure:
            print(f"It could not be tried just now: {failure}")
            break
    write_settings(
        settings.env_file,
        {"SPOTIFY_CLIENT_ID": client_id, "SPOTIFY_CLIENT_SECRET": client_secret},
    )
    return "client id and secret kept in .env"
