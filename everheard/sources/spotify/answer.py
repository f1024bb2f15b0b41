"""What an answer of Spotify's stands for: its content, or an error."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from everheard.rims.plain import to_line
from everheard.rims.secrets import hide_secrets
from everheard.sources.http import Answer, Service
from everheard.sources.spotify.errors import (
    SIGN_IN_CURE,
    BadRequest,
    EmptyNotFound,
    ListenerNotRegistered,
    NonsenseAnswer,
    NotAvailable,
    NotFound,
    PremiumLapsed,
    QuotaSpent,
    RateLimited,
    SignInNeeded,
    SpotifyError,
    TryLater,
    Unavailable,
)

#: Where a 429 names no moment: a few windows of the rate limit, which rolls over 30 s.
RATE_LIMIT_PAUSE = timedelta(minutes=5)
#: Where a spent quota names no moment: the shortest pause that has been seen.
QUOTA_PAUSE = timedelta(hours=6)

_LONGEST_QUOTE = 160  # characters of Spotify's own words in a message


@dataclass(frozen=True)
class Endpoint:
    """What errors need to know about what was asked.

    ``bucket`` is what Spotify is taken to count calls by, ``scope`` what the sign-in
    must have granted, ``for_old_apps`` marks what was taken from apps made in 2026.
    """

    bucket: str
    scope: str = ""
    for_old_apps: bool = False


def is_quota_spent(answer: Answer) -> bool:
    """Return whether a quota ended, as opposed to the rate limit of half a minute."""
    return answer.status == 429 and b"QUOTA_EXCEEDED" in answer.body


SPOTIFY = Service("Spotify", Unavailable, is_quota_spent)


def parse_json(answer: Answer, label: str) -> dict[str, Any]:
    """Return the JSON object in the body; raise NonsenseAnswer where there is none."""
    content = _load(answer.body)
    if not isinstance(content, dict):
        raise NonsenseAnswer(
            f"{label} was answered with something other than a JSON object:"
            " is a proxy or a log-in page of the network in between?"
        )
    return content


def quote_spotify(answer: Answer) -> str:
    """Return Spotify's own words from an error body, as one short line free of secrets.

    The Web API answers ``{"error": {"message": …}}``, the accounts service
    ``{"error": …, "error_description": …}``, gateways plain text.
    """
    content = _load(answer.body)
    error = content.get("error") if isinstance(content, dict) else None
    if isinstance(error, dict):
        words = str(error.get("message", ""))
    elif isinstance(content, dict):
        words = str(content.get("error_description") or error or "")
    else:
        words = answer.body.decode("utf-8", "replace")
    if "<" in words:  # a gateway's HTML page says nothing that the status does not
        return ""
    # Ids have 22 characters; anything much longer may be an echoed token or secret.
    # Before they are cut: half a secret is none that the scrub would know.
    words = re.sub(r"[\w-]{30,}", "…", hide_secrets(" ".join(words.split())))
    return to_line(words)[:_LONGEST_QUOTE]


def find_error_code(answer: Answer) -> str:
    """Return the error code of RFC 6749 in an answer of the accounts service, or nothing."""
    content = _load(answer.body)
    code = content.get("error") if isinstance(content, dict) else None
    return code if isinstance(code, str) else ""


def find_trouble(answer: Answer, label: str, endpoint: Endpoint) -> SpotifyError | None:
    """Return the error an answer stands for, or None for a success.

    A 401 is the caller's: only the caller knows whether the token is fresh.
    """
    status = answer.status
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return NonsenseAnswer(
            f"{label} was answered with a redirect, which is never followed with a token:"
            " check SPOTIFY_API_URL and SPOTIFY_ACCOUNTS_URL"
        )
    if status == 429:
        return _name_limit(answer, label, endpoint)
    if status == 403:
        return _name_refusal(answer, label, endpoint)
    if status in {404, 410}:
        return _name_absence(answer, label, endpoint)
    if status == 408 or status >= 500:
        pause = answer.retry_after
        return Unavailable(
            f"Spotify is in trouble (status {status} for {label}, after retries):"
            " nothing is wrong here, the next run asks again",
            answer.received_at + pause if pause else None,
        )
    said = quote_spotify(answer)
    return BadRequest(f"Spotify refused {label} (status {status}){_tell(said)}", said)


def _name_limit(answer: Answer, label: str, endpoint: Endpoint) -> TryLater:
    spent = is_quota_spent(answer)
    retry_at = answer.received_at + (
        answer.retry_after or (QUOTA_PAUSE if spent else RATE_LIMIT_PAUSE)
    )
    moment = retry_at.strftime("%Y-%m-%d %H:%M UTC")
    if spent:
        message = f"Spotify's quota for {endpoint.bucket} is used up ({label}):"
        return QuotaSpent(f"{message} run again after {moment}", retry_at, endpoint.bucket)
    message = f"Spotify's rate limit is reached ({label}): run again after {moment}"
    return RateLimited(message, retry_at, endpoint.bucket)


def _name_refusal(answer: Answer, label: str, endpoint: Endpoint) -> SpotifyError:
    said = quote_spotify(answer)
    if "premium" in said.lower():
        return PremiumLapsed(
            "Spotify answers only while the owner of the app has Premium: renew it,"
            " wait the few hours it takes to count, then run again"
        )
    if "registered" in said.lower():
        return ListenerNotRegistered(
            "This Spotify account is not on the app's list of users: add it under"
            " User Management on the app's page in the Spotify dashboard, then run again"
        )
    if endpoint.scope and lacks_scope(said):
        return needs_scope(endpoint.scope)
    return NotAvailable(f"{label} is not available to this app{_tell(said)}")


def _name_absence(answer: Answer, label: str, endpoint: Endpoint) -> SpotifyError:
    if answer.status == 410 or (endpoint.for_old_apps and answer.body.strip()):
        return NotAvailable(f"{label} is not available to this app{_tell(quote_spotify(answer))}")
    content = _load(answer.body)
    if isinstance(content, dict) and content.get("error"):
        return NotFound(f"Spotify has nothing at {label}: the id may have been taken down")
    return EmptyNotFound(
        f"Spotify gave an empty 404 for {label}, which may be false: ask again another day"
    )


def lacks_scope(said: str) -> bool:
    """Return whether a refusal speaks of what the sign-in did not grant."""
    return "scope" in said.lower() or "permissions missing" in said.lower()


def needs_scope(scope: str) -> SignInNeeded:
    """Return the error for a sign-in that was not given a scope."""
    return SignInNeeded(
        f"This sign-in does not grant {scope}: {SIGN_IN_CURE} and agree to what Spotify asks"
    )


def _load(body: bytes) -> Any:
    """Return the decoded JSON, or None for anything else."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _tell(said: str) -> str:
    return f": it says {said!r}" if said else ""
