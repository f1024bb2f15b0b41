"""Time zones by every name they have: those of this Python, and IANA's links between them."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from everheard.failure import ConfigurationError

# The hourly job seldom needs a zone: what is slow to import is imported where it is used.
if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: Files beside the zones that mean another zone on every machine, or none.
_NO_ZONES = {"Factory", "localtime", "posixrules"}
_NO_REGIONS = {"posix", "right"}


def is_zone(name: str) -> bool:
    """Say whether a name is an IANA time zone that this Python can reckon with."""
    from zoneinfo import ZoneInfo

    if name in _NO_ZONES or name.partition("/")[0] in _NO_REGIONS:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def list_zone_names(zone: str | None) -> list[str]:
    """Return the names of a zone that this Python knows, best first: the one given, IANA's, others.

    A zone has been renamed (Europe/Kiev is Europe/Kyiv), and a database may know one name only.
    """
    if not zone:
        return []
    links = _read_links()
    newest = links.get(zone, zone)
    others = sorted(name for name, target in links.items() if target == newest)
    return [name for name in dict.fromkeys([zone, newest, *others]) if is_zone(name)]


def open_zone(name: str) -> ZoneInfo:
    """Return a zone of the ledger to reckon with, by whichever of its names this Python knows."""
    from zoneinfo import ZoneInfo

    known = list_zone_names(name)
    if not known:
        raise ConfigurationError(
            [
                f"This machine does not know the time zone {name}: `git pull` brings newer ones,"
                " `python start.py listener --timezone ZONE` changes the listener's"
            ]
        )
    return ZoneInfo(known[0])


def is_same_zone(one: str, other: str) -> bool:
    """Say whether two names mean the same zone."""
    links = _read_links()
    return links.get(one, one) == links.get(other, other)


def describe_unknown_zone(zone: str) -> str:
    """Return the sentence on a name that is no zone, with the nearest that is."""
    import difflib

    known = {name.lower(): name for name in _read_names()}
    near = difflib.get_close_matches(zone.lower(), known, n=1)
    cure = f"did you mean {known[near[0]]}?" if near else "name one like Europe/Berlin or UTC"
    return f"{zone!r} is no IANA time zone: {cure}"


@cache
def _read_links() -> dict[str, str]:
    """Return old name -> newest name, from the release of IANA's database that is pinned."""
    text = resources.files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text("utf-8")
    words = [line.split() for line in text.splitlines() if line.startswith("L ")]
    links = {name: target for _, target, name in words}
    return {name: links.get(target, target) for name, target in links.items()}


@cache
def _read_names() -> list[str]:
    return resources.files("tzdata").joinpath("zones").read_text("utf-8").split()
