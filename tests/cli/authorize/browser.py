"""A browser that follows Spotify's page by real HTTP, in a thread of its own."""

import threading
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode, urljoin

import requests


class Browser:
    """Opened with an address, it answers the page there as ``answer`` says.

    ``pages`` are the texts it ended at; ``ended_at`` is the last address it was sent to.
    """

    name = "a browser"

    def __init__(self, visit: Callable[["Browser", str], None]) -> None:
        self.pages: list[str] = []
        self.ended_at = ""
        self.statuses: list[int] = []
        self._visit = visit
        self._threads: list[threading.Thread] = []

    def open(self, url: str) -> bool:
        self._threads.append(threading.Thread(target=self._visit, args=(self, url)))
        self._threads[-1].start()
        return True

    def close(self) -> None:
        for thread in self._threads:
            thread.join(timeout=20)

    def go(self, url: str) -> None:
        answer = requests.get(url, timeout=20)
        self.pages.append(answer.text)
        self.statuses.append(answer.status_code)
        self.ended_at = answer.url

    def answer(self, url: str, answer: str, listener: str = "ada") -> str:
        """Answer Spotify's page; return the address it redirects to, without going there."""
        done = requests.post(
            url,
            data={"answer": answer, "listener": listener},
            allow_redirects=False,
            timeout=20,
        )
        return done.headers["Location"]


def agree(browser: Browser, url: str) -> None:
    browser.go(browser.answer(url, "agree"))


def agree_as(listener: str) -> Callable[[Browser, str], None]:
    return lambda browser, url: browser.go(browser.answer(url, "agree", listener))


def refuse(browser: Browser, url: str) -> None:
    browser.go(browser.answer(url, "refuse"))


def come_from_an_old_tab_first(browser: Browser, url: str) -> None:
    redirect = browser.answer(url, "agree")
    forged = redirect.partition("?")[0] + "?" + urlencode({"code": "x", "state": "old"})
    browser.go(forged)
    browser.go(redirect)


def come_with_nothing_first(browser: Browser, url: str) -> None:
    redirect = browser.answer(url, "agree")
    browser.go(redirect.partition("?")[0])
    browser.go(redirect)


def refuse_and_agree_after_all(browser: Browser, url: str) -> None:
    redirect = browser.answer(url, "agree")
    browser.go(browser.answer(url, "refuse"))
    browser.go(redirect)


def agree_and_refuse_after_all(browser: Browser, url: str) -> None:
    """Ask for both before either answer's page has been seen."""
    for redirect in (browser.answer(url, "agree"), browser.answer(url, "refuse")):
        browser.statuses.append(
            requests.get(redirect, timeout=20, allow_redirects=False).status_code
        )


def come_with_a_bad_code_first(browser: Browser, url: str) -> None:
    redirect = browser.answer(url, "agree")
    start, _, query = redirect.partition("?")
    browser.go(f"{start}?{urlencode({**dict(parse_qsl(query)), 'code': 'bad'})}")
    browser.go(redirect)


def come_twice_at_once(browser: Browser, url: str) -> None:
    """Two tabs bring the same answer, and are sent on before either has seen its page."""
    redirect = browser.answer(url, "agree")
    sent_to: list[str] = []

    def bring() -> None:
        brought = requests.get(redirect, timeout=20, allow_redirects=False)
        sent_to.append(urljoin(redirect, brought.headers["Location"]))

    both = [threading.Thread(target=bring) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    for address in sent_to:
        browser.go(address)
