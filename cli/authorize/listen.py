"""Send the listener to Spotify, and wait for the browser to come back.

A small Flask app on loopback takes the redirect; where no browser can be opened, the
listener pastes the address that theirs ended at, on whatever device.
"""

from __future__ import annotations

import queue
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, redirect, render_template_string, request
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response as AnyResponse

from cli.authorize.consent import AuthorizeFailed, Consent, WrongState
from cli.authorize.keep import SignedIn
from everheard.failure import ConfigurationError, Failure

Finish = Callable[[str], SignedIn]

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Everheard</title>
<style>
body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto }
@media (prefers-color-scheme: dark) { body { background: #14181d; color: #e8e8e8 } }
</style>
<h1>{{ heading }}</h1>
<p>{{ sentence }}</p>
</html>"""
DONE = ("It worked", "You are signed in. Close this page and go back to the terminal.")
STRAY = ("Not this one", "Nothing came along: the sign-in in the terminal goes on waiting.")
#: How long the page that says how it went may take to be asked for, and a good answer to come
#: after a bad one.
PATIENCE_SECONDS = 3
#: Text browsers take the terminal over; pasting serves better.
TEXT_BROWSERS = {"www-browser", "links", "elinks", "lynx", "w3m"}


def wait_for_redirect(
    consent: Consent, finish: Finish, *, must_paste: bool, wait_seconds: float
) -> SignedIn:
    """Return what ``finish`` makes of the code that comes back; raise what stands in the way."""
    print("Sign in at Spotify and choose Agree. The address, should no page open by itself:\n")
    print(f"  {consent.url}\n")
    print("If the page says INVALID_CLIENT: Invalid redirect URI, add this one to your app:")
    print(f"  {consent.redirect_uri}", flush=True)
    if must_paste:
        return finish(consent.read_code(_ask_for_address()))
    answers: queue.Queue[SignedIn | Failure] = queue.Queue()
    callbacks = Callbacks(consent, finish, answers)
    with _serve(_make_app(callbacks), consent.port):
        if not _open_browser(consent.url):
            print("\nNo browser opened here. Open the address on any device, and choose Agree.")
            return finish(consent.read_code(_ask_for_address()))
        try:
            answer = answers.get(timeout=wait_seconds)
        except queue.Empty:
            raise AuthorizeFailed(
                f"Nothing came back within {wait_seconds / 60:.0f} minutes: check that your app"
                f" lists the redirect URI {consent.redirect_uri}, then type"
                " `python start.py authorize` again (with --paste if the browser is elsewhere)."
            ) from None
    if isinstance(answer, Failure):
        raise answer
    return answer


def _ask_for_address() -> str:
    print("The page it ends at may not load; its address is all that is needed. Paste it here:")
    print("> ", end="", flush=True)
    pasted = sys.stdin.readline().strip()
    if not pasted:
        raise AuthorizeFailed(
            "No address was pasted: type `python start.py authorize --paste` in a terminal."
        )
    return pasted


def _open_browser(url: str) -> bool:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return getattr(browser, "name", "") not in TEXT_BROWSERS and browser.open(url)


class Callbacks:
    """What came back so far: the first good answer counts, and a bad one waits for a good one.

    A browser may ask twice, or a page in it may send an answer of its own: requests run in
    threads of their own, one at a time in here. A good answer is told as soon as its page has
    been shown to everybody who was sent there, or after some patience; a bad one only after the
    patience, unless a good one has come by then.
    """

    def __init__(
        self, consent: Consent, finish: Finish, answers: queue.Queue[SignedIn | Failure]
    ) -> None:
        self.pages: dict[str, tuple[str, str]] = {}
        self._consent = consent
        self._finish = finish
        self._answers = answers
        self._turn = threading.Lock()
        self._good: SignedIn | None = None
        self._tried: dict[str, Failure] = {}
        self._on_their_way = 0

    def take(self, address: str) -> str:
        """Take a redirect in; return the name of the page that says how it went.

        Raises WrongState for what belongs to another question.
        """
        with self._turn:
            try:
                code = self._consent.read_code(address)
                if self._good is None:
                    self._try(code)
            except WrongState:
                raise
            except Failure as failure:
                if self._good is None:
                    self.pages["failed"] = ("It did not work", str(failure))
                    self._tell_later(failure)
                    return "failed"
            self._on_their_way += 1
            return "done"

    def _try(self, code: str) -> None:
        """Exchange a code, once: a browser that asks again gets the same answer."""
        if code in self._tried:
            raise self._tried[code]
        try:
            self._good = self._finish(code)
        except Failure as failure:
            self._tried[code] = failure
            raise
        self.pages["done"] = DONE
        self._tell_later(self._good)

    def _tell_later(self, answer: SignedIn | Failure) -> None:
        """Tell it also where nobody follows to the page."""
        patience = threading.Timer(PATIENCE_SECONDS, self._tell, [answer])
        patience.daemon = True
        patience.start()

    def _tell(self, answer: SignedIn | Failure) -> None:
        with self._turn:
            self._answers.put(self._good or answer)

    def note_shown(self, name: str) -> None:
        """Tell a good answer at once when all who were sent to its page have seen it."""
        if name != "done" or self._good is None:
            return
        with self._turn:
            self._on_their_way -= 1
            is_last = self._on_their_way <= 0
        if is_last:
            self._tell(self._good)


def _make_app(callbacks: Callbacks) -> Flask:
    app = Flask("cli.authorize")

    @app.get("/callback")
    def callback() -> AnyResponse:
        if not request.query_string:
            return _show(STRAY, 400)
        try:
            name = callbacks.take(request.url)
        except WrongState as failure:
            print(f"\n{failure}", flush=True)
            return _show(("Not this one", str(failure)), 400)
        # On to another address, so that the code stays in no address bar and no history.
        return redirect(f"/{name}", 303)

    @app.get("/<name>")
    def show(name: str) -> AnyResponse:
        if name not in callbacks.pages:
            return Response("", 404)
        page = _show(callbacks.pages[name], 200)
        page.call_on_close(lambda: callbacks.note_shown(name))
        return page

    return app


def _show(page: tuple[str, str], status: int) -> Response:
    heading, sentence = page
    return Response(
        render_template_string(PAGE, heading=heading, sentence=sentence),
        status,
        content_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


class _ConsentHandler(WSGIRequestHandler):
    """Serves without a line on each request: their addresses carry the code."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def _serve(app: Flask, port: int) -> Iterator[None]:
    _refuse_taken_port(port)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_ConsentHandler)
    thread = threading.Thread(target=server.serve_forever, name="authorize", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _refuse_taken_port(port: int) -> None:
    """Raise where somebody answers at the port: werkzeug would end the program by itself."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            pass
    except OSError:
        raise ConfigurationError(
            [
                f"Port {port} is taken by another program: close it, or add"
                f" http://127.0.0.1:{port + 1}/callback to your app's redirect URIs and type"
                f" `python start.py authorize --port {port + 1}`"
            ]
        ) from None
