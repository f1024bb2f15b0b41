"""What can go wrong between Everheard and Spotify, one error per case.

Messages name a path and a cure; never a token, a secret or a query string.
"""

from __future__ import annotations

from datetime import datetime

from everheard.failure import ExitCode, Failure

#: What cures a dead or insufficient sign-in, as the end of a message.
SIGN_IN_CURE = "`python start.py authorize` signs in again"


class SpotifyError(Failure):
    """Spotify did not give what was asked for."""

    exit_code = ExitCode.SPOTIFY_UNAVAILABLE


class Unavailable(SpotifyError):
    """The server could not fulfil the request, or nobody answered.

    Arises from 5xx and 408, a time-out or a broken connection once the retries are
    used up, and from a 401 on a token renewed a moment ago: the sign-in is proven
    good by the renewal, so signing in again would not help. ``retry_at`` is set
    where the server named a moment.
    """

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        self.retry_at = retry_at
        super().__init__(message)


class NonsenseAnswer(SpotifyError):
    """The answer is not what the reference describes.

    Arises from a body that is no JSON (a proxy's or a hotel's page), a wrong shape,
    a redirect, and a link that leads away from the configured address.
    """


class BadRequest(SpotifyError):
    """The request could not be understood by the server due to malformed syntax.

    Arises from 400 and any other 4xx without a case of its own ("Invalid limit").
    ``said`` is Spotify's own message, shortened to one line, or empty.
    """

    def __init__(self, message: str, said: str = "") -> None:
        self.said = said
        super().__init__(message)


class NotFound(SpotifyError):
    """The requested resource could not be found: no such object under this id.

    Arises from a 404 that carries Spotify's own error object.
    """


class EmptyNotFound(SpotifyError):
    """A 404 without Spotify's error object, which may be false.

    Spotify gives it for objects that exist, so it says nothing about the object:
    ask again another day, and never record it as "does not exist".
    """


class NotAvailable(SpotifyError):
    """Not available to this app; another app, or an older one, may see it.

    Arises from a 403 without a better explanation, from 410, and from a 404 of an
    endpoint that was taken from new apps. A 429 of such an endpoint stays what it
    says: one call cannot tell a removed endpoint from a busy minute.
    """


class TryLater(SpotifyError):
    """Too many requests; ``retry_at`` (UTC) is when to come back, ``bucket`` what is blocked."""

    exit_code = ExitCode.TRY_LATER
    retry_at: datetime

    def __init__(self, message: str, retry_at: datetime, bucket: str) -> None:
        self.retry_at = retry_at
        self.bucket = bucket
        super().__init__(message)


class RateLimited(TryLater):
    """The app has exceeded its rate limits, counted over a rolling half minute.

    Arises from a 429 that outlasts the retries, or that asks for a wait too long
    to sit out.
    """


class QuotaSpent(TryLater):
    """The app's quota for this kind of call is used up, for hours.

    Arises from a 429 with the reason QUOTA_EXCEEDED. Other buckets go on.
    """


class SignInNeeded(SpotifyError):
    """Bad or expired sign-in, or one that lacks a scope: the listener must sign in again.

    Arises from ``invalid_grant`` (revoked, or six months old) and from a refusal
    that speaks of missing scope or permissions.
    """

    exit_code = ExitCode.SIGN_IN_NEEDED


class ListenerNotRegistered(SpotifyError):
    """The Spotify account is not on the app's list of users.

    Arises from a 403 that says so, for apps in development mode (five users at most).
    """

    exit_code = ExitCode.SIGN_IN_NEEDED


class PremiumLapsed(SpotifyError):
    """Active premium subscription required for the owner of the app.

    Arises from a 403, often in plain text; a renewal takes some hours to count.
    """

    exit_code = ExitCode.SIGN_IN_NEEDED


class WrongClient(SpotifyError):
    """Client authentication failed: no such client id, or the secret does not fit it.

    Arises from ``invalid_client`` at the accounts service.
    """

    exit_code = ExitCode.CONFIGURATION


#: What one object may meet without its being Spotify's trouble, or the sign-in's.
OBJECT_TROUBLES = (Unavailable, NonsenseAnswer, BadRequest, NotFound, EmptyNotFound, NotAvailable)
