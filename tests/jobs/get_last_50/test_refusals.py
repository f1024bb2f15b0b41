"""Whatever stands between us and the database, what was fetched is in the spool."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.everheard.database.test_refusals import REFUSALS
from tests.jobs.get_last_50.polling import Runner
from tests.refusing_server import Refusal, refusing

LATER = [
    (replace(refusal, greets=True), words)
    for refusal, words in REFUSALS
    if refusal.encoding == "utf-8"
][:6]
CUT = [(Refusal("", greets=greets, hangs_up=True), "cut") for greets in (False, True)]
OF_ADDRESS = {
    "postgresql://ada:p@ss@db.example.com/music": (78, "%-encoding"),
    "postgresql://ada:p%ss@db.example.com/music": (78, "%-encoding"),
    "postgresql://ada:pass@everheard-database/music": (73, "compose"),
    "postgresql://ada:pass@h/music?colour=red": (73, "option"),
    "postgresql://ada:pass@127.0.0.1:1/music?sslmode=odd": (73, "sslmode"),
}


@pytest.mark.parametrize(
    ("refusal", "words"),
    [*REFUSALS, *LATER, *CUT],
    ids=lambda value: f"{value.message[:30]} {value.greets}" if isinstance(value, Refusal) else "",
)
def test_page_is_spooled_whatever_a_server_says(
    runner: Runner, refusal: Refusal, words: str
) -> None:
    with refusing(refusal) as url:
        outcome = runner.run(DATABASE_URL=url)
    assert outcome.code == 73
    assert "spooled 50 | The database" in outcome.last_line
    if not refusal.greets:
        assert words in outcome.last_line
    assert "pass-word" not in outcome.out + outcome.err
    assert len(runner.spool()) == 1


@pytest.mark.parametrize("url", OF_ADDRESS)
def test_page_is_spooled_whatever_the_address_is(runner: Runner, url: str) -> None:
    code, words = OF_ADDRESS[url]
    outcome = runner.run(DATABASE_URL=url)
    assert outcome.code == code
    assert "spooled 50 | " in outcome.last_line
    assert words in outcome.last_line
    assert len(runner.spool()) == 1


def test_page_is_spooled_though_the_load_ends_in_a_bug(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("jobs.get_last_50.load_polls", fail)
    with pytest.raises(ZeroDivisionError):
        runner.run()
    assert len(runner.spool()) == 1
