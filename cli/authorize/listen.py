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
#: How long the page that says how it went may take to be asked for.
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
    with _serve(_make_app(consent, finish, answers), consent.port):
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


def _make_app(consent: Consent, finish: Finish, answers: queue.Queue[SignedIn | Failure]) -> Flask:
    app = Flask("cli.authorize")
    pages: dict[str, tuple[str, str]] = {"done": DONE}
    outcome: list[SignedIn | Failure] = []

    @app.get("/callback")
    def callback() -> AnyResponse:
        try:
            answer: SignedIn | Failure = finish(consent.read_code(request.url))
        except WrongState as failure:
            print(f"\n{failure}", flush=True)
            return _show(("Not this one", str(failure)), 400)
        except Failure as failure:
            pages["failed"] = ("It did not work", str(failure))
            answer = failure
        outcome.append(answer)
        # Whoever does not follow to the page below has answered all the same.
        patience = threading.Timer(PATIENCE_SECONDS, answers.put, [answer])
        patience.daemon = True
        patience.start()
        # On to another address, so that the code stays in no address bar and no history.
        return redirect(f"/{'failed' if isinstance(answer, Failure) else 'done'}", 303)

    @app.get("/<name>")
    def show(name: str) -> AnyResponse:
        if name not in pages or not outcome:
            return Response("", 404)
        page = _show(pages[name], 200)
        page.call_on_close(lambda: answers.put(outcome[0]))
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
