"""The steps of setup: what each is for, whether it is done, and how it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cli.authorize import authorize
from cli.env_file import write_settings
from cli.quiet import run_quietly
from cli.schedule import change_schedule
from cli.setup.actions import hand_over
from cli.setup.answers import read_answers, remember
from cli.setup.app import is_known, keep_app
from cli.setup.ask import ask, choose
from cli.setup.database import choose_database, is_ready
from everheard.config import Settings, read_settings
from everheard.database.connect import connect
from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.ledger.listeners import CHANGE_ZONE, read_listeners, update_listener
from everheard.ledger.operations.health import LedgerHealth, read_health
from everheard.rims.counted import say_counted
from jobs import get_last_50

PRIVACY_PAGE = "https://www.spotify.com/account/privacy/"


class Step(NamedTuple):
    """One step: ``find`` returns a word where it is done already, ``do`` does it."""

    name: str
    does: str
    find: Callable[[Settings], str]
    do: Callable[[Settings, int], str]


class FirstLoadFailed(Failure):
    """The first load came to nothing; the job's own words are in the message."""

    exit_code = ExitCode.SPOTIFY_UNAVAILABLE


def find_history(settings: Settings) -> str:
    """Say when the extended history was asked for."""
    asked_on = read_answers(settings.home).get("history_asked_on")
    return f"asked for on {asked_on}, up to 30 days on its way" if asked_on else ""


def ask_for_history(settings: Settings, _: int) -> str:
    """Have the listener ask Spotify for everything they ever heard."""
    print("Ask Spotify for your extended streaming history NOW: it takes up to 30 days, and is all")
    print(f"you ever heard. At {PRIVACY_PAGE} tick it alone, and confirm the mail.")
    if choose("Asked for it?", {"y": "yes", "n": "not now"}) == "n":
        remember(settings.home, history="later")
        return "not asked for yet; `python start.py setup history` comes back to it"
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    remember(settings.home, history_asked_on=today)
    return f"asked for on {today}; doctor reminds you until it arrives"


def find_timezone(settings: Settings) -> str:
    """Say which time zone was chosen."""
    return settings.timezone or ""


def choose_timezone(settings: Settings, _: int) -> str:
    """Ask for the time zone, by its IANA name."""
    while True:
        zone = ask("Your time zone", guess_timezone())
        try:
            read_settings({"LISTENER_TIMEZONE": zone}, env_file=Path("no"), needs_spotify=False)
            break
        except ConfigurationError as error:
            print(f"{error}\nOnce more, please.")
    write_settings(settings.env_file, {"LISTENER_TIMEZONE": zone})
    return f"{zone}{_change_timezone(settings, zone)}"


def _change_timezone(settings: Settings, zone: str) -> str:
    """Change the zone of a listener who is known already: theirs is in the ledger."""
    try:
        with closing(connect(settings, application="everheard setup")) as connection:
            known = read_listeners(connection).known
            if len(known) == 1:
                whose = known[0].listener_key
                kept = update_listener(connection, listener_key=whose, timezone=zone)
                return f"; {kept} in the ledger"
    except Failure as failure:
        return f"; in the ledger it stays as it was: {failure}"
    change = CHANGE_ZONE.format(f"{zone} --listener NAME")
    return f"; {change} changes one listener's" if known else ""


def ask_windows() -> str:
    """Return the IANA name of the zone that Windows keeps by a name of its own; else UTC."""
    from tzlocal import get_localzone_name  # nobody else needs it

    try:
        return str(get_localzone_name())
    except (LookupError, OSError, ValueError):
        return "UTC"


def guess_timezone(link: Path = Path("/etc/localtime")) -> str:
    """Return this machine's zone, by the link that Linux and macOS keep; else UTC."""
    if sys.platform == "win32":
        return ask_windows()
    return str(link.resolve()).partition("zoneinfo/")[2] or "UTC"


def find_sign_in(settings: Settings) -> str:
    """Say that everybody is signed in; a sign-in that has ended is to be renewed."""
    health = _read_health(settings)
    if health and any(one.has_ended for one in health.sign_ins):
        return ""
    return (
        f"{say_counted(len(settings.sign_ins), 'listener')} signed in" if settings.sign_ins else ""
    )


def _read_health(settings: Settings) -> LedgerHealth | None:
    try:
        with closing(connect(settings, application="everheard setup")) as connection:
            return read_health(connection, client_id=settings.client_id)
    except Failure:
        return None


def sign_in(settings: Settings, port: int) -> str:
    """Sign in through the browser."""
    return authorize(settings, is_another=False, port=port, must_paste=False, wait_seconds=600.0)


def find_first_load(settings: Settings) -> str:
    """Say that plays have come in."""
    health = _read_health(settings)
    has_loaded = health is not None and health.hours_since_success is not None
    return "plays have come in" if has_loaded else ""


def load_first(_: Settings, __: int) -> str:
    """Run the job once; its last line is what the step says."""
    heard = run_quietly(get_last_50.JOB)
    if heard.exit_code:
        raise FirstLoadFailed(heard.said)
    return heard.last_line


def find_healthcheck(settings: Settings) -> str:
    """Say what was decided on being told of silence."""
    if settings.healthcheck_url:
        return "somebody outside is told of every run"
    no = read_answers(settings.home).get("healthcheck") == "no"
    return "declined: nobody would tell you if every runner stopped" if no else ""


def offer_healthcheck(settings: Settings, _: int) -> str:
    """Offer a watch from outside, and keep a no."""
    print("If GitHub stops your runs, nothing here can tell you. A free check at")
    print("https://healthchecks.io can: period 1 hour, grace 8 hours. Paste its ping address,")
    print("or press Enter to go without.")
    while True:
        url = ask("Ping address")
        if not url:
            remember(settings.home, healthcheck="no")
            return "none; doctor goes on saying that nobody would tell you"
        try:
            read_settings({"HEALTHCHECK_URL": url}, env_file=Path("no"), needs_spotify=False)
            break
        except ConfigurationError as error:
            print(f"{error}\nOnce more, please.")
    write_settings(settings.env_file, {"HEALTHCHECK_URL": url})
    return "kept in .env"


def find_runner(settings: Settings) -> str:
    """Say where it runs by itself."""
    return read_answers(settings.home).get("runner", "")


def choose_runner(settings: Settings, _: int) -> str:
    """Let GitHub run it, or this machine, or nobody yet."""
    answers = {"m": "this machine, every 20 minutes while it is on", "n": "nobody yet"}
    if settings.database_url:
        answers = {"g": "GitHub Actions, every hour, in your own repository", **answers}
    else:
        print("(GitHub cannot reach the embedded database, so it is not among these.)")
    letter = choose("Who runs it from now on?", answers)
    if letter == "n":
        return "nobody yet; `python start.py setup runner` comes back to it"
    said = hand_over(settings) if letter == "g" else change_schedule("on", settings)
    remember(settings.home, runner=said)
    return said


STEPS = (
    Step("history", "ask Spotify for everything you ever heard", find_history, ask_for_history),
    Step(
        "database",
        "choose the database and make its tables",
        is_ready,
        lambda settings, _: choose_database(settings),
    ),
    Step("app", "make your own Spotify app", is_known, keep_app),
    Step("timezone", "say where you live", find_timezone, choose_timezone),
    Step("sign-in", "allow the app to see your plays", find_sign_in, sign_in),
    Step("load", "bring in the last 50 plays", find_first_load, load_first),
    Step("healthcheck", "be told when it stops", find_healthcheck, offer_healthcheck),
    Step("runner", "let it run by itself", find_runner, choose_runner),
)
