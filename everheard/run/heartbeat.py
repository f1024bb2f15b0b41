"""Tell somebody outside that a run began and how it ended, so that silence is noticed.

A workflow cannot report that Actions has stopped. After https://healthchecks.io/docs/http_api/:
the address itself is success, ``/start``, ``/fail`` and ``/log`` are the rest.
"""

from __future__ import annotations

from everheard.failure import ExitCode

_SECONDS = 5
#: Ends that the next run cures by itself: noted, but no alarm; lasting silence is one.
RETRYABLE = {ExitCode.SPOTIFY_UNAVAILABLE, ExitCode.DATABASE_TROUBLE, ExitCode.TRY_LATER}


def call_at_start(url: str) -> list[str]:
    """Say that a run begins; return a warning where nobody could be told."""
    return _call(url, "/start")


def call_at_end(url: str, exit_code: int) -> list[str]:
    """Say how a run ended; return a warning where nobody could be told."""
    if exit_code == ExitCode.DONE:
        return _call(url, "")
    return _call(url, "/log" if exit_code in RETRYABLE else "/fail", f"exit code {exit_code}")


def _call(url: str, ending: str, body: str = "") -> list[str]:
    if not url:
        return []
    import requests  # not at the top: who calls nobody need not wait for it

    try:
        answer = requests.post(url.rstrip("/") + ending, data=body, timeout=_SECONDS)
    except (requests.RequestException, UnicodeError):
        return ["HEALTHCHECK_URL could not be reached: nobody was told of this run."]
    if answer.ok:
        return []
    return [f"HEALTHCHECK_URL answered with status {answer.status_code}: check the address."]
