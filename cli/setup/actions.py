"""Hand the settings to GitHub Actions and switch its schedules on."""

from __future__ import annotations

import shutil
import subprocess
import sys
import webbrowser

from cli.github.client import GitHubTrouble, find_repository, has_gh, run_gh, run_git
from cli.github.schedule_minutes import commit_new_minutes
from cli.setup.ask import ask
from everheard.config import Settings

_CLIPBOARDS = {
    "win32": [["clip"]],
    "darwin": [["pbcopy"]],
    "linux": [["wl-copy"], ["xclip", "-selection", "clipboard"], ["xsel", "--clipboard"]],
}


def list_secrets(settings: Settings) -> dict[str, str]:
    """Return the secrets that the workflows read; those without a value are left out."""
    secrets = {
        "DATABASE_URL": settings.database_url,
        "SPOTIFY_CLIENT_ID": settings.client_id,
        "SPOTIFY_CLIENT_SECRET": settings.client_secret,
        "SPOTIFY_REFRESH_TOKEN": ",".join(one.refresh_token for one in settings.sign_ins),
        "HEALTHCHECK_URL": settings.healthcheck_url,
        "MUSICBRAINZ_CONTACT": settings.musicbrainz_contact,
    }
    return {name: value for name, value in secrets.items() if value}


def list_variables(settings: Settings) -> dict[str, str]:
    """Return the variables; EVERHEARD is the switch, and comes last."""
    named = [one.timezone for one in settings.sign_ins if one.timezone]
    zones = ",".join(named) or settings.timezone
    return {**({"LISTENER_TIMEZONE": zones} if zones else {}), "EVERHEARD": "on"}


def hand_over(settings: Settings) -> str:
    """Set secrets and variables, draw and commit minutes, push them; return a sentence."""
    repository = find_repository(settings)
    if not repository:
        raise GitHubTrouble(
            "This copy belongs to no repository at GitHub: make one with Use this template,"
            " clone it, and type `python start.py setup runner` there (docs/actions.md)."
        )
    if _can_use_gh():
        for name, value in list_secrets(settings).items():
            run_gh("secret", "set", name, "--repo", repository, given=value)
        print(commit_and_push())
        for name, value in list_variables(settings).items():
            run_gh("variable", "set", name, "--repo", repository, "--body", value)
        return f"{repository} has its secrets, and its schedules are on"
    _paste_by_hand(repository, settings)
    print(commit_and_push())
    return f"{repository}: its schedules are on once the variable EVERHEARD is there"


def _can_use_gh() -> bool:
    if not has_gh():
        return False
    try:
        run_gh("auth", "status")
    except GitHubTrouble:
        print("GitHub's tool gh is here but not signed in (`gh auth login`): by hand, then.")
        return False
    return True


def commit_and_push() -> str:
    """Commit new minutes and push them; a push that fails is said with its cure."""
    said = commit_new_minutes().partition(";")[0]
    try:
        run_git("push", "--quiet")
    except GitHubTrouble as trouble:
        return f"{said}; they are not pushed yet ({trouble}): type `git push`"
    return f"{said} and pushed"


def _paste_by_hand(repository: str, settings: Settings) -> None:
    """Open the pages, put one value after the other on the clipboard, and clear it."""
    page = f"https://github.com/{repository}/settings"
    clipboard = find_clipboard()
    where = "on the clipboard" if clipboard else "in .env"
    webbrowser.open(f"{page}/secrets/actions/new")
    print(f"Add these secrets at {page}/secrets/actions/new")
    try:
        for name, value in list_secrets(settings).items():
            if clipboard:
                put_on_clipboard(clipboard, value)
            ask(f"  {name}: its value is {where}. Enter when it is saved")
    finally:
        if clipboard:
            put_on_clipboard(clipboard, "")
    print(f"Add these variables at {page}/variables/actions/new")
    for name, value in list_variables(settings).items():
        ask(f"  {name} = {value}. Enter when it is saved")


def find_clipboard() -> list[str] | None:
    """Return the command that takes text for the clipboard, None where there is none."""
    platform = "linux" if sys.platform.startswith("linux") else sys.platform
    return next((one for one in _CLIPBOARDS.get(platform, []) if shutil.which(one[0])), None)


def put_on_clipboard(command: list[str], text: str) -> None:
    """Put text on the clipboard; it travels on standard input, never as a word."""
    subprocess.run(command, input=text, text=True, timeout=10, check=False)  # noqa: S603
