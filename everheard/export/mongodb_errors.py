"""Why MongoDB says no, in one sentence with its cure, without what was written or the address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from everheard.export.refusal import RefusedTarget
from everheard.failure import DatabaseTrouble, Failure

_BY_CODE = {
    8000: "user or password of MONGODB_URL is wrong",  # Atlas
    18: "user or password of MONGODB_URL is wrong",
    13: "it wants a user who may write there: MONGODB_URL names none, or one with fewer rights",
}
_FULL = {14031, 8}


@contextmanager
def translate_mongo() -> Iterator[None]:
    """Turn the driver's errors into failures."""
    from pymongo import errors

    try:
        yield
    except errors.PyMongoError as error:
        raise _explain(error) from None


def _explain(error: Exception) -> Failure:
    from pymongo import errors

    code = getattr(error, "code", None)
    if isinstance(error, errors.BulkWriteError):
        refused = (error.details or {}).get("writeErrors") or [{}]
        code = refused[0].get("code")
    if code in _BY_CODE:
        return RefusedTarget(f"MongoDB refused: {_BY_CODE[code]}.")
    if code in _FULL:
        return DatabaseTrouble("MongoDB has no room left: what was written whole stays.")
    if isinstance(error, (errors.InvalidURI, errors.ConfigurationError, errors.InvalidName)):
        return RefusedTarget(
            "MONGODB_URL cannot be read, or its host is not known: it is like"
            " mongodb://USER:PASSWORD@HOST/everheard, special characters in the password"
            " %-encoded (@ is %40)."
        )
    if isinstance(error, errors.ConnectionFailure):
        return DatabaseTrouble(
            "MongoDB cannot be reached: is the host of MONGODB_URL right and running, and does it"
            " let this machine in (Atlas: Network Access)? What was written whole stays."
        )
    said = f"error {code}" if code is not None else type(error).__name__
    return DatabaseTrouble(f"MongoDB said no ({said}); what was written whole stays.")
