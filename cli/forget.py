"""Forget a listener: ``python start.py forget --listener NAME``."""

from __future__ import annotations

import sys
from contextlib import closing

from cli.commands import make_parser
from cli.env_file import write_settings
from everheard.config import Settings, list_given, read_settings
from everheard.database.connect import connect
from everheard.encryption import fingerprint
from everheard.export.known import read_exports
from everheard.failure import ConfigurationError, ExitCode, Failure
from everheard.ledger.forgotten import Holding, forget_listener, read_holding
from everheard.ledger.listeners import find_listener
from everheard.rims.counted import say_counted
from everheard.rims.plain import to_line
from everheard.run.job import run_job
from everheard.run.spool import Spool
from everheard.watcher.store import find_store, open_store
from everheard.written import RECORD, Written
from jobs import export

_TOKENS, _ZONES = "SPOTIFY_REFRESH_TOKEN", "LISTENER_TIMEZONE"
_OUT_OF_REACH = """\
Out of reach from here, if you have them:
  - other machines: take their token out of SPOTIFY_REFRESH_TOKEN there and at GitHub, or the next
    run begins anew with their last 50 plays
  - what lies at GitHub: artifacts, caches, summaries of runs, a published page
  - copies: exports of other machines, backups, Power BI files (.pbi holds what was loaded), a
    database that you moved from
  - Spotify itself: https://www.spotify.com/account/apps/ takes the app's access away"""


class NobodyForgotten(Failure):
    """Nobody said yes, so that everything stays."""

    exit_code = ExitCode.BAD_INPUT


def main(argv: list[str]) -> int:
    """Show what would go, ask, and delete it."""
    parser = make_parser("forget", "Delete all that is kept of a listener; others keep theirs.")
    parser.add_argument("--listener", metavar="NAME", required=True, help="whom, by name")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(argv)
    settings = read_settings(needs_spotify=False)
    with closing(connect(settings, application="everheard forget")) as connection:
        listener = find_listener(connection, options.listener)
        if listener is None:
            raise ConfigurationError(["Nobody is in the ledger: there is nobody to forget"])
        holding = read_holding(connection, listener.listener_key)
        name = to_line(listener.name or options.listener)
        print(describe(name, holding))
        if not options.yes and not ask(name):
            print("forget: nothing was changed")
            return 0
        forget_listener(connection, listener.listener_key)
    for said in clean_machine(settings, holding):
        print(said)
    clean_exports(settings, {name, *filter(None, listener[1:4])})
    print(f"forget: nothing of {name} is in the ledger any more\n{_OUT_OF_REACH}")
    return 0


def describe(name: str, holding: Holding) -> str:
    """Return what would go."""
    span = ""
    if holding.first_played_at and holding.last_played_at:
        span = f", {holding.first_played_at:%Y-%m-%d} to {holding.last_played_at:%Y-%m-%d}"
    counted = [
        say_counted(holding.play_count, "play") + span,
        say_counted(holding.episode_count, "play of an episode", "plays of episodes"),
        say_counted(holding.import_count, "import"),
        say_counted(holding.rating_count, "rating"),
        say_counted(len(holding.fingerprints), "sign-in"),
        say_counted(holding.token_count, "token of the API", "tokens of the API"),
    ]
    lines = [f"  {one}" for one in counted if not one.startswith("0 ")]
    return "\n".join(
        [f"Of {name} would go, for good:", *lines, "  their gaps, sums, rankings and rules"]
    )


def ask(name: str) -> bool:
    """Ask whether to go on; where nobody can be asked, raise NobodyForgotten."""
    if not sys.stdin.isatty():
        raise NobodyForgotten("Nobody is there to be asked: add --yes to forget them.")
    answer = input(f"Delete everything of {name}? There is no way back. [y/N] ")
    return answer.strip().lower() in {"y", "yes"}


def clean_machine(settings: Settings, holding: Holding) -> list[str]:
    """Remove what this machine keeps beside the ledger; return a line for each thing."""
    said = []
    fingerprints = {*holding.fingerprints}
    if settings.client_secret and (count := take_token(settings, fingerprints)):
        said.append(f"forgotten: {say_counted(count, 'token')} in {settings.env_file.name}")
    spool = Spool(settings.spool_dir, settings.client_secret)
    if count := spool.remove_of(fingerprints):
        said.append(f"forgotten: {say_counted(count, 'spooled file')}")
    if find_store(settings.home).is_file():
        with open_store(settings.home) as store:
            if count := store.remove_of(fingerprints):
                said.append(f"forgotten: {say_counted(count, 'playback')} of the watcher")
    dashboard = settings.home / "dashboard"
    folders = [Written(record.parent) for record in sorted(dashboard.rglob(RECORD))]
    if settings.report_dir:
        folders.append(Written(settings.report_dir, records=settings.home / "written"))
    for written in folders:
        if names := written.names:
            written.write({}, outdated=names)
            said.append(
                f"forgotten: {say_counted(len(names), 'page')} in {written.folder}; the next run"
                " makes those of whoever is left"
            )
    return said


def clean_exports(settings: Settings, names: set[str]) -> None:
    """Export anew what this machine has exported of everybody; name what was theirs alone."""
    for one in read_exports(settings.home):
        if one.listener in names:
            print(f"theirs alone, and yours to delete: {to_line(one.word)}")
        elif one.listener is None and run_job(export.JOB, [one.word], settings):
            print(f"still in it, until the next export: {to_line(one.word)}")


def take_token(settings: Settings, fingerprints: set[str]) -> int:
    """Take a listener's tokens out of the settings' file, with the zones beside them."""
    tokens = [one.refresh_token for one in settings.sign_ins]
    kept = [
        place
        for place, token in enumerate(tokens)
        if fingerprint(settings.client_secret, token) not in fingerprints
    ]
    if len(kept) == len(tokens) or list_given([_TOKENS]):
        return 0
    values = {_TOKENS: ",".join(tokens[place] for place in kept)}
    zones = [one.timezone or "" for one in settings.sign_ins]
    if len(set(zones)) > 1:
        values[_ZONES] = ",".join(zones[place] for place in kept)
    write_settings(settings.env_file, values)
    return len(tokens) - len(kept)
