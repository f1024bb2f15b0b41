from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.sources.http import Answer
from everheard.sources.spotify.answer import (
    QUOTA_PAUSE,
    RATE_LIMIT_PAUSE,
    Endpoint,
    find_trouble,
    parse_json,
    quote_spotify,
)
from everheard.sources.spotify.errors import (
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

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
TRACKS = Endpoint("tracks")
RECENT = Endpoint("recently-played", scope="user-read-recently-played")
BATCH = Endpoint("several-tracks", for_old_apps=True)

PREMIUM = b"Active premium subscription required for the owner of the app."
SCOPE = b'{"error": {"status": 403, "message": "Insufficient client scope"}}'
UNREGISTERED = b"Check settings on the dashboard, the user may not be registered."
QUOTA = b'{"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}'
NO_SUCH_ID = b'{"error": {"status": 404, "message": "Resource not found"}}'


def answer_of(status: int, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, named, body, NOW)


@pytest.mark.parametrize(
    ("status", "body", "endpoint", "expected"),
    [
        (301, b"", TRACKS, NonsenseAnswer),
        (400, b'{"error": {"message": "Invalid limit"}}', TRACKS, BadRequest),
        (403, PREMIUM, TRACKS, PremiumLapsed),
        (403, b'{"error": {"message": "%s"}}' % PREMIUM, TRACKS, PremiumLapsed),
        (403, SCOPE, RECENT, SignInNeeded),
        (403, SCOPE, TRACKS, NotAvailable),
        (403, UNREGISTERED, RECENT, ListenerNotRegistered),
        (403, b"User not registered in the Developer Dashboard", RECENT, ListenerNotRegistered),
        (403, b"", TRACKS, NotAvailable),
        (403, b'{"error": {"message": "Forbidden"}}', BATCH, NotAvailable),
        (404, NO_SUCH_ID, TRACKS, NotFound),
        (404, NO_SUCH_ID, BATCH, NotAvailable),
        (404, b"Service not found", BATCH, NotAvailable),
        (404, b"", TRACKS, EmptyNotFound),
        (404, b" \n", BATCH, EmptyNotFound),
        (404, b"<html>Not found</html>", TRACKS, EmptyNotFound),
        (404, b"{}", TRACKS, EmptyNotFound),
        (405, b"", TRACKS, BadRequest),
        (408, b"", TRACKS, Unavailable),
        (410, b"", TRACKS, NotAvailable),
        (429, b"", TRACKS, RateLimited),
        (429, b"Too many requests", BATCH, RateLimited),
        (429, QUOTA, TRACKS, QuotaSpent),
        (500, b"{", TRACKS, Unavailable),
        (599, b"", TRACKS, Unavailable),
    ],
)
def test_each_trouble_has_its_error(
    status: int, body: bytes, endpoint: Endpoint, expected: type[SpotifyError]
) -> None:
    trouble = find_trouble(answer_of(status, body), "GET /somewhere", endpoint)

    assert type(trouble) is expected


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_is_no_trouble(status: int) -> None:
    assert find_trouble(answer_of(status), "GET /me", TRACKS) is None


@pytest.mark.parametrize(
    ("status", "body", "endpoint", "exit_code"),
    [
        (429, QUOTA, TRACKS, 75),
        (429, b"", TRACKS, 75),
        (403, SCOPE, RECENT, 77),
        (403, PREMIUM, TRACKS, 77),
        (403, UNREGISTERED, TRACKS, 77),
        (403, b"", TRACKS, 69),
        (404, b"", TRACKS, 69),
        (503, b"", TRACKS, 69),
        (400, b"", TRACKS, 69),
    ],
)
def test_exit_codes_follow_the_design(
    status: int, body: bytes, endpoint: Endpoint, exit_code: int
) -> None:
    trouble = find_trouble(answer_of(status, body), "GET /somewhere", endpoint)

    assert trouble is not None
    assert trouble.exit_code == exit_code


def test_missing_scope_is_named() -> None:
    trouble = find_trouble(answer_of(403, SCOPE), "GET /me/player/recently-played", RECENT)

    assert "user-read-recently-played" in str(trouble)
    assert "python start.py authorize" in str(trouble)


@pytest.mark.parametrize(
    ("body", "headers", "pause"),
    [
        (QUOTA, {"Retry_After": "72000"}, timedelta(hours=20)),
        (QUOTA, {}, QUOTA_PAUSE),
        (QUOTA, {"Retry_After": "soon"}, QUOTA_PAUSE),
        (QUOTA, {"Retry_After": "0"}, QUOTA_PAUSE),
        (b"", {"Retry_After": "72000"}, timedelta(hours=20)),
        (b"", {"Retry_After": "90.5"}, timedelta(seconds=90.5)),
        (b"", {"Retry_After": "Fri, 20 Nov 2026 19:00:00 GMT"}, timedelta(hours=1)),
        (b"", {"Retry_After": "Fri, 20 Nov 2026 17:00:00 GMT"}, RATE_LIMIT_PAUSE),
        (b"", {}, RATE_LIMIT_PAUSE),
    ],
)
def test_limits_say_when_to_come_back_and_to_what(
    body: bytes, headers: dict[str, str], pause: timedelta
) -> None:
    trouble = find_trouble(answer_of(429, body, **headers), "GET /tracks/x", TRACKS)

    assert isinstance(trouble, TryLater)
    assert (trouble.retry_at, trouble.bucket) == (NOW + pause, "tracks")
    assert trouble.retry_at.strftime("%Y-%m-%d %H:%M UTC") in str(trouble)


def test_server_trouble_names_the_moment_where_the_server_did() -> None:
    named = find_trouble(answer_of(503, Retry_After="600"), "GET /me", TRACKS)
    unnamed = find_trouble(answer_of(503), "GET /me", TRACKS)

    assert named is not None
    assert named.retry_at == NOW + timedelta(minutes=10)
    assert unnamed is not None
    assert unnamed.retry_at is None


@given(st.text(alphabet=st.characters(max_codepoint=0x2FF), max_size=40))
def test_any_retry_after_is_a_pause_or_nothing(text: str) -> None:
    pause = answer_of(429, Retry_After=text).retry_after

    assert pause is None or timedelta() <= pause
    assert isinstance(find_trouble(answer_of(429, Retry_After=text), "GET /", TRACKS), RateLimited)


@pytest.mark.parametrize(
    "text", ["-5", "9" * 400, "1e400", "٣", "Mon, 99 Jan 2026 00:00:00 GMT", "1 2 3 4 5 6 7 8"]
)
def test_odd_retry_after_is_taken_for_none(text: str) -> None:
    assert answer_of(429, Retry_After=text).retry_after is None


@given(st.integers(300, 599), st.binary(max_size=80))
def test_any_answer_gets_some_error(status: int, body: bytes) -> None:
    assert isinstance(find_trouble(answer_of(status, body), "GET /x", RECENT), SpotifyError)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to our hotel</html>",
        b"\xff\xfe\xff",
        b'{"cut": ',
        b"[" * 100_000,
        b"[]",
        b'"text"',
        b"null",
        b"7",
    ],
)
def test_anything_but_an_object_is_nonsense(body: bytes) -> None:
    with pytest.raises(NonsenseAnswer, match="GET /me"):
        parse_json(answer_of(200, body), "GET /me")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"status": 400, "message": "Invalid limit"}}', "Invalid limit"),
        (b'{"error": "invalid_request", "error_description": "no code"}', "no code"),
        (b'{"error": "invalid_request"}', "invalid_request"),
        (b"plain\n words\x1b[31m", "plain words\ufffd[31m"),
        (b"<html><body>Bad gateway</body></html>", ""),
        (b"", ""),
        (b"token " + b"Ab1_-" * 20 + b" expired", "token … expired"),
        (b'{"error": {"message": null}}', "None"),
        (b"[]", "[]"),
    ],
)
def test_spotify_is_quoted_on_one_line_without_secrets(body: bytes, words: str) -> None:
    assert quote_spotify(answer_of(400, body)) == words


def test_long_words_are_cut() -> None:
    assert len(quote_spotify(answer_of(400, b"word " * 500))) == 160
