"""Environment and .env -> one frozen Settings. The only reader of os.environ."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from everheard.addresses import find_address_faults, find_url_faults
from everheard.failure import ConfigurationError
from everheard.rims.counted import say_counted
from everheard.rims.secrets import know, know_address, know_link
from everheard.rims.typed import IS_WHEEL

#: Settings that hold the address of a service.
_URLS = (
    *("SPOTIFY_API_URL", "SPOTIFY_ACCOUNTS_URL", "HEALTHCHECK_URL", "MUSICBRAINZ_URL"),
    "NOW_PLAYING_URL",
)
PROJECT_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class SignIn:
    """One listener as the settings know them."""

    refresh_token: str = field(repr=False)
    #: Where they live, as this machine was told; None: nobody said. The ledger's word counts.
    timezone: str | None


@dataclass(frozen=True)
class Settings:
    """Everything that can be set, read once and checked.

    ``database_url`` is empty where the embedded server is meant. Secrets are
    left out of ``repr`` so that no traceback shows them.
    """

    database_url: str = field(repr=False)
    home: Path
    spool_dir: Path
    client_id: str
    client_secret: str = field(repr=False)
    sign_ins: tuple[SignIn, ...]
    api_url: str
    accounts_url: str
    #: What the listener calls this machine; empty: nobody said (everheard/run/runner_name.py).
    runner: str
    trigger: str
    is_actions: bool
    step_summary: Path | None
    #: What GitHub tells of the event that started this run: in it stands what a form was given.
    event_file: Path | None
    #: The first time zone named, for a listener who is not in the ledger yet; None: none is.
    timezone: str | None
    healthcheck_url: str = field(repr=False)
    repository: str
    env_file: Path
    #: Calls a day to Spotify's catalogue, all jobs together.
    calls_per_day: int
    feed_path: Path | None
    #: An address MusicBrainz can write to; empty: MusicBrainz is not asked.
    musicbrainz_contact: str
    musicbrainz_url: str
    musicbrainz_calls_per_day: int
    #: Where the daily report is kept as a page and as Markdown; None: nowhere.
    report_dir: Path | None
    #: Whether the step summary, which may be public, names artists and songs.
    shows_names: bool
    #: Web pages elsewhere that may ask the API from a browser (CORS); none by default.
    api_origins: tuple[str, ...] = ()
    #: Requests that one token may send, as "1200 per minute".
    api_rate_limit: str = "1200 per minute"
    #: Who may see what plays now: "off" (nobody), "token" (its holder) or "public" (everybody).
    now_playing: str = "off"
    #: Where the watcher's stream answers, as a browser that looks at the dashboard gets there.
    now_playing_url: str = "http://127.0.0.1:8765"
    #: Where `export mongodb` writes to; empty: nowhere.
    mongodb_url: str = field(default="", repr=False)
    #: What backups are encrypted with; empty: they are not, unless somebody types one.
    backup_passphrase: str = field(default="", repr=False)


def read_settings(
    environ: Mapping[str, str] | None = None,
    *,
    env_file: Path | None = None,
    needs_spotify: bool = True,
) -> Settings:
    """Read the settings; the environment wins over ``.env`` (that of ``find_own_folder``).

    Raises ConfigurationError naming every fault at once.
    """
    given = os.environ if environ is None else environ
    env_file = env_file or find_own_folder(given) / ".env"
    values = {**_read_env_file(env_file), **_read_credentials(given), **given}

    def get(name: str, default: str = "") -> str:
        return values.get(name, "").strip() or default

    _know_secrets(get)
    if faults := _find_faults(get, needs_spotify=needs_spotify):
        raise ConfigurationError(faults)
    home = Path(get("EVERHEARD_HOME") or _default_home(values)).expanduser()
    return Settings(
        database_url=get("DATABASE_URL"),
        home=home,
        spool_dir=_get_path(get, "SPOOL_DIR") or home / "spool",
        client_id=get("SPOTIFY_CLIENT_ID"),
        client_secret=get("SPOTIFY_CLIENT_SECRET"),
        sign_ins=_pair_sign_ins(get),
        api_url=get("SPOTIFY_API_URL", "https://api.spotify.com/v1").rstrip("/"),
        accounts_url=get("SPOTIFY_ACCOUNTS_URL", "https://accounts.spotify.com").rstrip("/"),
        timezone=next(iter(_split_list(get("LISTENER_TIMEZONE"))), None),
        healthcheck_url=get("HEALTHCHECK_URL"),
        env_file=env_file,
        report_dir=_get_path(get, "REPORT_DIR"),
        shows_names=get("SHOW_NAMES") == "1",
        **_find_ways_out(get),
        **_find_enrichment(get),
        **_find_runner(get),
    )


def read_value(name: str, env_file: Path, environ: Mapping[str, str] | None = None) -> str:
    """Return what one setting holds, "" where it is not set; the environment wins."""
    given = os.environ if environ is None else environ
    return {**_read_env_file(env_file), **given}.get(name, "").strip()


def find_own_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return where a person's own files are (.env, ratings.csv): beside start.py in a clone.

    A wheel's folder is an installer's to replace, so there it is the data folder.
    """
    if not IS_WHEEL:
        return PROJECT_DIR
    given = os.environ if environ is None else environ
    return Path(given.get("EVERHEARD_HOME") or _default_home(given)).expanduser()


def list_given(names: Iterable[str], environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return those of the names that the environment itself sets, as it sets them."""
    given = os.environ if environ is None else environ
    return {name: given[name] for name in names if name in given}


def _know_secrets(get: Callable[..., str]) -> None:
    """Keep what is secret in the settings from leaving, before anything is said of them."""
    know(get("SPOTIFY_CLIENT_SECRET"), *_split_list(get("SPOTIFY_REFRESH_TOKEN")))
    know(get("BACKUP_PASSPHRASE"))
    know_address(get("DATABASE_URL"))
    know_address(get("MONGODB_URL"))
    know_link(get("HEALTHCHECK_URL"))


def _find_ways_out(get: Callable[..., str]) -> dict[str, Any]:
    """Return where the ledger goes, and whom the API and the stream of what plays answer."""
    return {
        "mongodb_url": get("MONGODB_URL"),
        "backup_passphrase": get("BACKUP_PASSPHRASE"),
        "now_playing": get("NOW_PLAYING", "off"),
        "now_playing_url": get("NOW_PLAYING_URL", "http://127.0.0.1:8765").rstrip("/"),
        "api_origins": tuple(_split_list(get("API_ORIGINS"))),
        "api_rate_limit": get("API_RATE_LIMIT", "1200 per minute"),
    }


def _find_enrichment(get: Callable[..., str]) -> dict[str, Any]:
    """Return whom enriching may ask, and how often a day, and where its feed goes."""
    return {
        "feed_path": _get_path(get, "FEED_PATH"),
        "calls_per_day": int(get("METADATA_CALLS_PER_DAY", "300")),
        "musicbrainz_contact": get("MUSICBRAINZ_CONTACT"),
        "musicbrainz_url": get("MUSICBRAINZ_URL", "https://musicbrainz.org").rstrip("/"),
        "musicbrainz_calls_per_day": int(get("MUSICBRAINZ_CALLS_PER_DAY", "500")),
    }


def _find_runner(get: Callable[..., str]) -> dict[str, Any]:
    """Return what is known of the machine that runs, and of what started it."""
    is_actions = bool(get("GITHUB_ACTIONS"))
    return {
        "runner": get("EVERHEARD_RUNNER") or ("actions" if is_actions else ""),
        "trigger": _find_trigger(get),
        "is_actions": is_actions,
        "step_summary": _get_path(get, "GITHUB_STEP_SUMMARY"),
        "event_file": _get_path(get, "GITHUB_EVENT_PATH"),
        "repository": get("GITHUB_REPOSITORY"),
    }


def _get_path(get: Callable[..., str], name: str) -> Path | None:
    return Path(get(name)).expanduser() if get(name) else None


def _read_env_file(env_file: Path) -> dict[str, str]:
    if not env_file.is_file():
        return {}
    from dotenv import dotenv_values  # a scheduled run has no .env and does not pay for this

    try:
        values = dotenv_values(env_file)
    except UnicodeDecodeError:
        raise ConfigurationError([f"{env_file.name} cannot be read: save it as UTF-8"]) from None
    return {name: value for name, value in values.items() if value is not None}


def _read_credentials(given: Mapping[str, str]) -> dict[str, str]:
    """Read what systemd hands a service (``LoadCredential=everheard.env:FILE``)."""
    folder = given.get("CREDENTIALS_DIRECTORY", "")
    return _read_env_file(Path(folder) / "everheard.env") if folder else {}


def _default_home(values: Mapping[str, str]) -> Path:
    """Return the user's local (never synchronised) data folder for Everheard."""
    if sys.platform == "win32":
        return Path(values.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Everheard"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Everheard"
    return Path(values.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "everheard"


def _find_trigger(get: Callable[..., str]) -> str:
    """Return what started this run: schedule, dispatch, timer or hand."""
    by_event = {"schedule": "schedule", "workflow_dispatch": "dispatch"}
    if get("GITHUB_ACTIONS"):
        return by_event.get(get("GITHUB_EVENT_NAME"), "hand")
    return "timer" if get("INVOCATION_ID") or get("EVERHEARD_TRIGGER") == "timer" else "hand"


def _split_list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _pair_sign_ins(get: Callable[..., str]) -> tuple[SignIn, ...]:
    tokens = _split_list(get("SPOTIFY_REFRESH_TOKEN"))
    zones: list[str | None] = [*_split_list(get("LISTENER_TIMEZONE"))] or [None]
    if len(zones) == 1:
        zones *= len(tokens)
    return tuple(SignIn(token, zone) for token, zone in zip(tokens, zones, strict=True))


def _find_faults(get: Callable[..., str], *, needs_spotify: bool) -> list[str]:
    faults = [*find_address_faults(get("DATABASE_URL"), "DATABASE_URL"), *_timezone_faults(get)]
    if needs_spotify:
        faults += [
            f"{name} is not set: {cure}"
            for name, cure in {
                "SPOTIFY_CLIENT_ID": "copy it from your app's page in the Spotify dashboard",
                "SPOTIFY_CLIENT_SECRET": "copy it from your app's page in the Spotify dashboard",
                "SPOTIFY_REFRESH_TOKEN": "`python start.py authorize` signs you in",
            }.items()
            if not _split_list(get(name))
        ]
    if get("MONGODB_URL") and not get("MONGODB_URL").startswith(("mongodb://", "mongodb+srv://")):
        faults.append("MONGODB_URL must begin with mongodb:// or mongodb+srv://")
    if get("NOW_PLAYING", "off") not in {"off", "token", "public"}:
        faults.append("NOW_PLAYING must be off, token or public")
    for name in _URLS:
        faults += find_url_faults(name, get(name))
    for name in ("METADATA_CALLS_PER_DAY", "MUSICBRAINZ_CALLS_PER_DAY"):
        if not re.fullmatch(r"[0-9]{1,6}", get(name, "0")):
            faults.append(f"{name} must be a whole number of calls, like 300")
    return faults


def _timezone_faults(get: Callable[..., str]) -> list[str]:
    if not get("LISTENER_TIMEZONE"):
        return []
    from everheard.zones import describe_unknown_zone, is_zone

    zones = _split_list(get("LISTENER_TIMEZONE"))
    faults = [] if zones else ["LISTENER_TIMEZONE lists no time zone: leave it empty"]
    faults += [
        f"LISTENER_TIMEZONE: {describe_unknown_zone(zone)}" for zone in zones if not is_zone(zone)
    ]
    tokens = len(_split_list(get("SPOTIFY_REFRESH_TOKEN")))
    if len(zones) > 1 and len(zones) != tokens:
        faults.append(
            f"LISTENER_TIMEZONE lists {len(zones)} zones for"
            f" {say_counted(tokens, 'refresh token')}: give one zone, or one beside each token"
        )
    return faults
