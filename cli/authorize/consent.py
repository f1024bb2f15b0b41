"""What is asked of the listener, and how their answer is read. No I/O."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from everheard.failure import ExitCode, Failure
from everheard.sources.spotify.auth import SCOPES, authorize_url, make_code_verifier

AGAIN = "type `python start.py authorize` again"


class AuthorizeFailed(Failure):
    """The sign-in did not come to its end; nothing was changed."""

    exit_code = ExitCode.SIGN_IN_NEEDED


class WrongState(AuthorizeFailed):
    """An answer that does not belong to the question: an old tab, or somebody else's link.

    Any page that the browser shows can send one, so it ends no waiting.
    """


class Consent:
    """One question to the listener: where it is asked, and where the answer comes back."""

    def __init__(self, accounts_url: str, client_id: str, port: int) -> None:
        self.port = port
        self.redirect_uri = f"http://127.0.0.1:{port}/callback"
        self.code_verifier = make_code_verifier()
        self._state = secrets.token_urlsafe(24)
        self.url = authorize_url(
            accounts_url, client_id, self.redirect_uri, SCOPES, self._state, self.code_verifier
        )

    def read_code(self, redirect: str) -> str:
        """Return the code in the address that the browser was sent to.

        Raises WrongState, and AuthorizeFailed where the listener or Spotify said no.
        """
        answer = {name: values[0] for name, values in parse_qs(urlsplit(redirect).query).items()}
        if not answer:
            raise WrongState(
                f"That is not the address the browser ended at: it begins with {self.redirect_uri}?"
                f" and carries a code; {AGAIN} and copy it whole."
            )
        if not compare_digest(answer.get("state", "").encode(), self._state.encode()):
            raise WrongState(
                "This answer does not belong to the sign-in that is waiting (an old tab?):"
                " use the newest address printed in the terminal."
            )
        if answer.get("error") == "access_denied":
            raise AuthorizeFailed(f"Spotify was told not to allow it: {AGAIN} and choose Agree.")
        if "code" not in answer:
            raise AuthorizeFailed(f"Spotify sent no code back: {AGAIN}.")
        return answer["code"]
