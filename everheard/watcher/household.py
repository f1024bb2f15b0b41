"""Everybody of one machine, watched: sessions at Spotify, the ledger once an hour."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from everheard.failure import Failure
from everheard.ledger.listeners import read_listeners
from everheard.ledger.operations.runs import NO_OPERATIONS, Operations
from everheard.ledger.told import claim_watch
from everheard.run.job import Run
from everheard.run.session import Session, list_owners, open_operations
from everheard.sources.fields import Json
from everheard.sources.http import Patience, Sender
from everheard.sources.spotify.answer import SPOTIFY
from everheard.sources.spotify.client import SpotifyClient
from everheard.sources.spotify.errors import SignInNeeded
from everheard.watcher.loading import load_pending
from everheard.watcher.store import PlaybackStore, open_store
from everheard.watcher.watch import Watch

#: How often playbacks go into the ledger where no other job of this machine brings them in.
LOAD_EVERY_S = 3600.0
#: How long the first poll waits for the ledger, which knows whether another watches.
FIRST_LOAD_S = 8.0
#: One call is one call: what fails is the pace's matter.
ONE_CALL = Patience(attempts=1, total=20)


@dataclass
class Household:
    """Who is watched by this process; ``tell`` gets each new state, ``say`` what goes wrong."""

    run: Run
    store: PlaybackStore
    calls_per_day: int
    tell: Callable[[str, Json], None]
    say: Callable[[str], None]
    loaded_count: int = 0
    #: What the ledger knew of sign-ins when it was last awake.
    operations: Operations = NO_OPERATIONS
    _first_load: asyncio.Event = field(default_factory=asyncio.Event)
    watches: list[Watch] = field(default_factory=list)

    async def watch(self, stop: asyncio.Event) -> None:
        """Watch until told to stop; then bring in what there is."""
        budget = self.store.read_budget(self.calls_per_day)
        owners = list_owners(self.run.settings)
        for number, owner in enumerate(owners, start=1):
            name = self.store.read_note(f"name {owner}") or f"listener {number}"
            self.watches.append(Watch(owner, name, self.store, budget, self.tell, self.say))
        senders = [Sender(SPOTIFY, ONE_CALL) for _ in self.watches]
        # First whether another watches; but a database that is away is not waited for.
        load = asyncio.create_task(self._load_hourly(stop))
        await asyncio.wait({asyncio.ensure_future(self._first_load.wait())}, timeout=FIRST_LOAD_S)
        tasks = [
            asyncio.create_task(watch.run(self._open(place, sender), stop, len(self.watches)))
            for place, (watch, sender) in enumerate(zip(self.watches, senders, strict=True))
        ]
        try:
            await asyncio.gather(load, *tasks)
        finally:
            for sender in senders:
                sender.close()

    def _open(self, place: int, sender: Sender) -> Callable[[], SpotifyClient]:
        """Return what opens a listener's session: without the ledger, which may sleep."""
        opened: list[Session] = []

        def open_client() -> SpotifyClient:
            if not opened:
                run, sign_in = self._begin_run(), self.run.settings.sign_ins[place]
                opened.append(Session(run, sender, self.operations, sign_in))
            try:
                return opened[0].client
            except SignInNeeded:
                opened.clear()  # the ledger may know a newer one by the next poll
                raise

        return open_client

    async def _load_hourly(self, stop: asyncio.Event) -> None:
        """Bring playbacks in now and every hour, and at the end; the ledger sleeps in between."""
        is_first = True
        while not stop.is_set():
            await asyncio.to_thread(self._load, is_first)
            is_first = False
            self._first_load.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOAD_EVERY_S)
        await asyncio.to_thread(self._load, False)

    def _load(self, is_first: bool) -> None:
        """Open the ledger where there is something for it; its trouble is tried again later."""
        run = self._begin_run()
        try:
            with open_store(run.settings.home) as store, suppress(Failure):
                is_wanted = any(store.read_pending(watch.owner) for watch in self.watches)
                if is_first or is_wanted or any(one.is_stepped_back for one in self.watches):
                    self._bring_in(run, store)
        finally:
            run.ledger.close()

    def _begin_run(self) -> Run:
        return Run(self.run.job, self.run.settings, self.run.options)

    def _bring_in(self, run: Run, store: PlaybackStore) -> None:
        self.operations = operations = open_operations(run)
        connection = run.ledger.connect()
        names = {one.listener_key: one.name for one in read_listeners(connection).known}
        with Sender(SPOTIFY) as sender:
            for watch, sign_in in zip(self.watches, run.settings.sign_ins, strict=True):
                session = Session(run, sender, operations, sign_in)
                key = session.find_listener()
                watch.key = str(key)
                store.note(f"key {watch.owner}", watch.key)
                if name := names.get(key):
                    watch.name = name
                    store.note(f"name {watch.owner}", name)
                claimed = store.read_note(f"claim {watch.owner}")
                claim = claim_watch(
                    connection,
                    listener_key=key,
                    claimed_at=datetime.fromisoformat(claimed) if claimed else None,
                )
                watch.step_back(is_other_there=claim is None)
                if claim:
                    store.note(f"claim {watch.owner}", claim.isoformat())
                self.loaded_count += load_pending(
                    store, connection, owners=session.owners, listener_key=key
                )
