"""One HTTP session that never waits for ever: bounded retries, bounded time, no redirects."""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError  # what requests lets through while a body is read

from everheard.failure import Failure

Parameters = Mapping[str, str | int]

_FIRST_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 8.0


@dataclass(frozen=True)
class Answer:
    """What came back; ``received_at`` is UTC. The body may hold a token: never shown."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    received_at: datetime

    @property
    def retry_after(self) -> timedelta | None:
        """Return the pause the server asks for; None where it names none that makes sense."""
        text = self.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"[0-9]{1,7}(\.[0-9]+)?", text):
            return timedelta(seconds=float(text))
        moment = _read_date(text)
        return None if moment is None else max(moment - self.received_at, timedelta())

    @property
    def answered_at(self) -> datetime | None:
        """Return the moment of the answer by the server's own clock; None where it told none."""
        return _read_date(self.headers.get("Date", "").strip())


def _read_date(text: str) -> datetime | None:
    """Return the moment that a header tells, in UTC where it names no zone."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Service(NamedTuple):
    """Whom a sender speaks to.

    ``away`` is raised, with one sentence, where nobody answers; ``is_final`` tells the answers
    that asking again cannot better.
    """

    name: str
    away: Callable[[str], Failure]
    is_final: Callable[[Answer], bool] = lambda _: False


@dataclass(frozen=True)
class Patience:
    """How long one call may take, retries and waits included; all in seconds.

    Retry on 429, 408, 5xx and no answer at all: at most ``attempts`` times and never
    past ``total``, waiting half a second, doubled each time up to 8 s, with jitter.
    A ``Retry-After`` of at most ``longest_wait`` is sat out; a longer one ends the call.
    """

    attempts: int = 5
    total: float = 45.0
    connect: float = 5.0
    read: float = 15.0
    longest_wait: float = 30.0


def utc_now() -> datetime:
    """Return the current moment in UTC."""
    return datetime.now(UTC)


class Sender:
    """Send requests and return answers of any status; raise the service's own error for none.

    ``sleep``, ``clock`` (seconds, only differences count) and ``now`` are replaced in
    tests. ``request_count`` counts every request sent, retries included.
    One sender serves one thread.
    """

    def __init__(
        self,
        service: Service,
        patience: Patience = Patience(),
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.request_count = 0
        self.clock = clock
        self._service = service
        self._patience = patience
        self._sleep = sleep
        self._now = now
        self._random = secrets.SystemRandom()
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "everheard"
        self._session.headers["Accept"] = "application/json"
        # Without this a line in ~/.netrc would take the place of the Authorization header.
        self._session.auth = _leave_as_is

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Parameters | None = None,
        data: Parameters | None = None,
    ) -> Answer:
        """Send one request, retry within the patience, return the last answer."""
        request = requests.Request(method, url, headers=headers, params=params, data=data)
        deadline = self.clock() + self._patience.total
        for attempt in count(1):
            outcome = self._try_once(request, deadline)
            wait = self._find_wait(outcome, attempt)
            if attempt >= self._patience.attempts or wait is None:
                break
            if wait >= deadline - self.clock():
                break
            self._sleep(wait)
        if isinstance(outcome, Answer):
            return outcome
        # Raised out here, where no error of requests (they quote addresses and headers)
        # hangs on it as context.
        asked = f"{method} {urlsplit(url).path}"
        raise self._service.away(
            f"{self._service.name} did not answer {asked}: {outcome}; attempts: {attempt}"
        )

    def _try_once(self, request: requests.Request, deadline: float) -> Answer | str:
        """Return the answer, or in a few words why there is none."""
        self.request_count += 1
        try:
            prepared = self._session.prepare_request(request)
            options = self._session.merge_environment_settings(
                prepared.url, _find_proxies(prepared.url), True, None, None
            )
            left = max(deadline - self.clock(), 0.01)
            timeout = (min(self._patience.connect, left), min(self._patience.read, left))
            with self._session.send(
                prepared, timeout=timeout, allow_redirects=False, **options
            ) as response:
                body = self._read_body(response, deadline)
                return Answer(response.status_code, response.headers, body, self._now())
        except (OSError, HTTPError) as error:  # the errors of requests are OSErrors
            _clear_frames(error)
            return _describe(error)

    def _read_body(self, response: requests.Response, deadline: float) -> bytes:
        """Read piece by piece: the read time-out bounds each piece, this the whole."""
        pieces = []
        while piece := response.raw.read1(65536, decode_content=True):
            pieces.append(piece)
            if self.clock() > deadline:
                raise TimeoutError
        return b"".join(pieces)

    def _find_wait(self, outcome: Answer | str, attempt: int) -> float | None:
        """Return the seconds to wait before trying again; None where waiting is no use."""
        if isinstance(outcome, Answer):
            if self._service.is_final(outcome) or not _may_pass(outcome.status):
                return None
            if outcome.retry_after:
                seconds = outcome.retry_after.total_seconds()
                # A little more, so that two runners told the same do not return as one.
                return None if seconds > self._patience.longest_wait else seconds + self._jitter(1)
        return self._jitter(
            min(_FIRST_BACKOFF_SECONDS * 2 ** (attempt - 1), _LONGEST_BACKOFF_SECONDS)
        )

    def _jitter(self, seconds: float) -> float:
        return self._random.uniform(seconds / 2, seconds)


def _leave_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _may_pass(status: int) -> bool:
    return status in {408, 429} or status >= 500


def _find_proxies(url: str | None) -> dict[str, str]:
    """Return the proxies to force: none; this machine is never reached through one."""
    host = urlsplit(url or "").hostname or ""
    return {"no_proxy": host} if _is_loopback(host) else {}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _clear_frames(error: BaseException) -> None:
    """Let go of what the frames of an error hold: the token, and the connection pool.

    They refer to one another, so close() would leave the pool open until the garbage
    collector comes by.
    """
    link: BaseException | None = error
    while link:
        traceback.clear_frames(link.__traceback__)
        link = link.__context__


def _describe(error: Exception) -> str:
    """Say what went wrong without quoting the error, which may quote the request."""
    name = type(error).__name__
    if "SSL" in name:
        return "its certificate was not accepted (is this machine's clock right?)"
    if "Proxy" in name:
        return "the proxy in the environment did not let it through"
    if "Timeout" in name:
        return "it took too long"
    return "the connection failed (is this machine online?)"
