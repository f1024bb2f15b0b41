"""Who may see what plays: nobody, the holder of a token, or everybody, as NOW_PLAYING says."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import NamedTuple

from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from everheard.addresses import name_network
from everheard.config import Settings
from everheard.database.connect import connect, translate_errors
from everheard.database.statements import read_query
from everheard.failure import ConfigurationError, Failure
from everheard.ledger.listeners import Listener, choose_listener, read_listeners
from everheard.ledger.operations.tokens import hash_token, is_token

#: Seconds for which an answer of the ledger about a token counts.
REMEMBERED_S = 60.0
#: Tokens whose answers are remembered at once.
_MOST_TOKENS = 1000
#: Tokens that the ledger is asked about at once: strangers must not take all of its connections.
_MOST_QUESTIONS = 4
_HOW_TO_ENTER = "Send a token: `python start.py token create NAME` makes one."


class Viewer(NamedTuple):
    """Whom a token stands for, among those in the ledger; listener_key None: it is not good."""

    listener_key: int | None
    known: tuple[Listener, ...]

    def sees(self, name: str) -> bool:
        """Tell whether a listener of the watcher is this one, as names are understood elsewhere."""
        try:
            meant = choose_listener(self.known, name)
        except ConfigurationError:  # unknown, or the name of several
            return False
        return meant is not None and meant.listener_key == self.listener_key


class StreamAccess:
    """Lets requests in, each counted by its address or by the good token that it brings."""

    def __init__(self, settings: Settings) -> None:
        self.origins = settings.api_origins
        self._settings = settings
        self._rates = parse_many(settings.api_rate_limit)
        self._counter = MovingWindowRateLimiter(MemoryStorage())
        self._viewers: OrderedDict[str, tuple[float, asyncio.Future[Viewer]]] = OrderedDict()
        self._questions = asyncio.Semaphore(_MOST_QUESTIONS)

    @property
    def needs_token(self) -> bool:
        """Whether only who holds a token is let in."""
        return self._settings.now_playing == "token"

    def count(self, request: Request) -> str:
        """Count a request; return the hash of what could be its token, "" where there is none.

        Raises HTTPException where all is off (404), or too much was asked (429).
        """
        if self._settings.now_playing == "off":
            raise HTTPException(404, "Nothing is shown here: NOW_PLAYING is off.")
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        is_meant = self.needs_token and scheme.lower() == "bearer" and is_token(text.strip())
        token_hash = hash_token(text.strip()) if is_meant else ""
        counted = token_hash if self._is_known(token_hash) else name_network(_read_host(request))
        if not all(self._counter.hit(rate, counted) for rate in self._rates):
            raise HTTPException(429, "Too many requests.", headers={"Retry-After": "60"})
        return token_hash

    async def let_in(self, request: Request) -> Callable[[str], bool]:
        """Return which listeners a request may see; raise HTTPException where none (401, 503)."""
        token_hash = self.count(request)
        if not self.needs_token:
            return lambda _: True
        if not token_hash:
            raise HTTPException(401, _HOW_TO_ENTER, headers={"WWW-Authenticate": "Bearer"})
        try:
            viewer = await self._find_viewer(token_hash)
        except Failure:
            raise HTTPException(
                503, "The ledger cannot be asked just now.", headers={"Retry-After": "30"}
            ) from None
        if viewer.listener_key is None:
            said = f"This token is not known, or was revoked. {_HOW_TO_ENTER}"
            raise HTTPException(401, said, headers={"WWW-Authenticate": "Bearer"})
        return viewer.sees

    def _is_known(self, token_hash: str) -> bool:
        until, found = self._viewers.get(token_hash, (0.0, None))
        if found is None or not found.done() or found.exception() or until <= monotonic():
            return False
        return found.result().listener_key is not None

    async def _find_viewer(self, token_hash: str) -> Viewer:
        """Ask the ledger, once a minute for each token, however many bring it."""
        until, found = self._viewers.get(token_hash, (0.0, None))
        failed = found is not None and found.done() and found.exception() is not None
        if found is None or failed or until <= monotonic():
            found = asyncio.ensure_future(self._ask(token_hash))
            self._viewers[token_hash] = monotonic() + REMEMBERED_S, found
            self._viewers.move_to_end(token_hash)
            while len(self._viewers) > _MOST_TOKENS:
                self._viewers.popitem(last=False)
        return await asyncio.shield(found)  # others wait for it, too

    async def _ask(self, token_hash: str) -> Viewer:
        async with self._questions:
            return await asyncio.to_thread(self._read, token_hash)

    def _read(self, token_hash: str) -> Viewer:
        with (
            closing(connect(self._settings, application="everheard stream")) as connection,
            translate_errors(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                read_query("api/caller"), {"token_hash": token_hash, "is_browser": False}
            )
            row = cursor.fetchone()
            known = read_listeners(connection).known if row else []
        return Viewer(row[0] if row else None, tuple(known))


def _read_host(request: Request) -> str:
    return request.client.host if request.client else ""
