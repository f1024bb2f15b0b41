"""GitHub, through its own tool ``gh``, which holds the sign-in: nothing secret passes by here.

In Actions ``gh`` is there, and signed in with what the workflow grants.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

from everheard.config import PROJECT_DIR, Settings
from everheard.failure import ExitCode, Failure
from everheard.rims.plain import to_line
from everheard.rims.secrets import hide_secrets
from everheard.rims.typed import IS_WHEEL

_SECONDS = 60


class GitHubTrouble(Failure):
    """GitHub, or its tool, did not do what was asked."""

    exit_code = ExitCode.CONFIGURATION


def has_gh() -> bool:
    """Say whether GitHub's tool is here."""
    return shutil.which("gh") is not None


def find_repository(settings: Settings) -> str:
    """Return OWNER/NAME of the repository this copy belongs to, nothing where it has none.

    A wheel belongs to none, though it may be installed inside somebody's.
    """
    if IS_WHEEL:
        return settings.repository
    return settings.repository or read_remote(run_git("remote", "get-url", "origin", fails_as=""))


def read_remote(url: str) -> str:
    """Return OWNER/NAME of a remote at GitHub, in any of its spellings."""
    found = re.search(r"github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", url.strip())
    return found[1] if found else ""


def run_git(*words: str, fails_as: str | None = None) -> str:
    """Run git in the project; return what it printed, or ``fails_as`` where it cannot."""
    git = shutil.which("git")
    if git is None:
        if fails_as is not None:
            return fails_as
        raise GitHubTrouble("git is not here: install it, or change the files by hand.")
    done = _run([git, *words])
    if done.returncode == 0:
        return done.stdout
    if fails_as is not None:
        return fails_as
    raise GitHubTrouble(f"git {words[0]} failed: {_last_line(done.stderr)}")


def ask_github(path: str, *, method: str = "GET", body: dict[str, Any] | None = None) -> Any:
    """Ask GitHub's API; return the decoded answer. Raises GitHubTrouble."""
    text = run_gh(
        "api",
        path,
        "--method",
        method,
        *(["--input", "-"] if body is not None else []),
        given=hide_secrets(json.dumps(body)) if body is not None else "",
    )
    try:
        return json.loads(text or "null")
    except json.JSONDecodeError:
        raise GitHubTrouble(f"GitHub answered {path} with something that is no JSON.") from None


def run_gh(*words: str, given: str = "") -> str:
    """Run ``gh``; secrets are ``given`` on its standard input, never as words."""
    gh = shutil.which("gh")
    if gh is None:
        raise GitHubTrouble("GitHub's tool gh is not here: https://cli.github.com")
    done = _run([gh, *words], given)
    if done.returncode:
        raise GitHubTrouble(f"gh {' '.join(words[:2])} failed: {_last_line(done.stderr)}")
    return done.stdout


def _run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 (git and gh, with words of ours)
            command,
            cwd=PROJECT_DIR,
            input=given,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GitHubTrouble(f"{command[1]} did not end within {_SECONDS} seconds.") from None


def _last_line(said: str) -> str:
    return to_line((said.strip().splitlines() or ["no reason was given"])[-1])
