"""Everybody is told the newest states, then changes, and nobody holds up another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from everheard.watcher.broadcast import HELD, MOST_BEHIND, Broadcast, StateEvent


async def take(stream: AsyncIterator[StateEvent | None], count: int) -> list[str]:
    """Return the numbers in the next events."""
    async with asyncio.timeout(5):
        return [say(await anext(stream)) for _ in range(count)]


def say(event: StateEvent | None) -> str:
    return "silence" if event is None else json.loads(event.data)["n"]


def publish(broadcast: Broadcast, *numbers: int, listener: str = "Ana") -> None:
    for number in numbers:
        broadcast.publish(listener, {"n": number})


async def read_ids(broadcast: Broadcast) -> list[str]:
    stream = broadcast.subscribe(patience_s=0.01)
    events = [event async for event in until_silence(stream)]
    return [event.event_id for event in events]


async def until_silence(stream: AsyncIterator[StateEvent | None]) -> AsyncIterator[StateEvent]:
    async for event in stream:
        if event is None:
            return
        yield event


def test_first_the_present_then_changes() -> None:
    async def work() -> list[str]:
        broadcast = Broadcast()
        publish(broadcast, 1, 2)
        publish(broadcast, 3, listener="Bob")
        stream = broadcast.subscribe(patience_s=0.01)
        first = await take(stream, 3)
        publish(broadcast, 4)
        return [*first, *await take(stream, 1)]

    assert asyncio.run(work()) == [2, 3, "silence", 4]


def test_who_comes_back_is_told_what_was_missed() -> None:
    async def work() -> list[list[str]]:
        broadcast = Broadcast()
        publish(broadcast, 1)
        (known,) = await read_ids(broadcast)
        nothing_missed = await take(broadcast.subscribe(known, patience_s=0.01), 1)
        publish(broadcast, *range(2, HELD + 2))
        missed = await take(broadcast.subscribe(known), HELD)
        publish(broadcast, HELD + 2)
        too_much_missed = await take(broadcast.subscribe(known, patience_s=0.01), 2)
        return [nothing_missed, missed, too_much_missed]

    nothing_missed, missed, too_much_missed = asyncio.run(work())
    assert nothing_missed == ["silence"]
    assert missed == list(range(2, HELD + 2))
    assert too_much_missed == [HELD + 2, "silence"]


@pytest.mark.parametrize("event_id", ["", "1", "abc-1", "{start}-9", "{start}-²", "{start}--1"])
def test_id_that_was_never_given_means_nothing(event_id: str) -> None:
    async def work() -> list[str]:
        broadcast = Broadcast()
        publish(broadcast, 1, 2)
        (known,) = await read_ids(broadcast)
        given = event_id.replace("{start}", known.partition("-")[0])
        return await take(broadcast.subscribe(given, patience_s=0.01), 2)

    assert asyncio.run(work()) == [2, "silence"]


def test_id_of_another_start_means_nothing() -> None:
    async def work() -> list[str]:
        before, after = Broadcast(), Broadcast()
        publish(before, 1)
        publish(after, 2)
        (known,) = await read_ids(before)
        return await take(after.subscribe(known, patience_s=0.01), 2)

    assert asyncio.run(work()) == [2, "silence"]


def test_who_is_slow_is_told_the_newest_of_each_and_holds_nobody_up() -> None:
    async def work() -> tuple[list[str], list[str]]:
        broadcast = Broadcast()
        publish(broadcast, 0, listener="Bob")
        publish(broadcast, 0)
        slow, quick = broadcast.subscribe(), broadcast.subscribe()
        await take(slow, 2)
        await take(quick, 2)
        told = []
        for number in range(1, MOST_BEHIND + 5):
            publish(broadcast, number)
            told += await take(quick, 1)
        publish(broadcast, -1, listener="Bob")
        return told, await take(slow, 2)

    told, skipped = asyncio.run(work())
    assert told == list(range(1, MOST_BEHIND + 5))
    assert skipped == [MOST_BEHIND + 4, -1]


def test_only_those_are_told_of_whom_one_sees() -> None:
    async def work() -> list[str]:
        broadcast = Broadcast()
        publish(broadcast, 1, listener="Bob")
        publish(broadcast, 2)
        stream = broadcast.subscribe(sees=lambda name: name == "Ana", patience_s=0.05)
        told = await take(stream, 1)
        publish(broadcast, 3, listener="Bob")
        return [*told, *await take(stream, 1)]

    assert asyncio.run(work()) == [2, "silence"]


def test_closing_ends_every_subscription() -> None:
    async def work() -> list[object]:
        broadcast = Broadcast()
        streams = [broadcast.subscribe() for _ in range(3)]
        waiting = [asyncio.ensure_future(anext(stream, None)) for stream in streams]
        await asyncio.sleep(0)
        broadcast.close()
        async with asyncio.timeout(5):
            return list(await asyncio.gather(*waiting))

    assert asyncio.run(work()) == [None] * 3


def test_state_is_kept_as_it_was_told() -> None:
    async def work() -> None:
        broadcast = Broadcast()
        state = {"item": {"name": "Song"}}
        broadcast.publish("Ana", state)
        state["item"]["name"] = "Other"
        assert broadcast.states == {"Ana": {"item": {"name": "Song"}}}

    asyncio.run(work())
