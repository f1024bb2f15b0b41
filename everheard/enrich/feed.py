"""New releases as an Atom feed (RFC 4287)."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from everheard.failure import ConfigurationError
from everheard.files import PRIVATE, make_folder, write_file
from everheard.ledger.releases import NewRelease
from everheard.rims.counted import say_counted
from everheard.rims.plain import to_line

_ATOM = "http://www.w3.org/2005/Atom"
_ID = b"urn:everheard:new-releases"
_NOTHING_YET = "1970-01-01T00:00:00Z"


def write_feed(path: Path, releases: Iterable[NewRelease]) -> None:
    """Write the feed whole or not at all, so that no reader meets half of it.

    It is its owner's alone, or readable to whom the one before was (``chmod 644`` it once for a
    web server). Raises ConfigurationError where something else stands in its place.
    """
    make_folder(path.parent)
    mode = PRIVATE
    if path.exists():
        if not path.is_file() or (path.stat().st_size and _ID not in path.read_bytes()):
            raise ConfigurationError(
                [f"FEED_PATH {path} is not our feed, and was left alone: name another file"]
            )
        mode = stat.S_IMODE(path.stat().st_mode)
    write_file(path, to_atom(list(releases)), mode=mode)


def to_atom(releases: list[NewRelease]) -> bytes:
    """Return the feed; entries keep their ids, so that a reader shows each once."""
    feed = Element("feed", xmlns=_ATOM)
    SubElement(feed, "id").text = _ID.decode()
    SubElement(feed, "title").text = "New releases of artists you listen to"
    SubElement(feed, "updated").text = max(
        (release.found_at for release in releases), default=_NOTHING_YET
    )
    SubElement(feed, "generator").text = "Everheard"
    SubElement(SubElement(feed, "author"), "name").text = "Everheard, from what Spotify lists"
    for release in releases:
        _add_entry(feed, release)
    indent(feed)
    content: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return content


def _add_entry(feed: Element, release: NewRelease) -> None:
    entry = SubElement(feed, "entry")
    SubElement(entry, "id").text = f"spotify:album:{release.album_id}"
    SubElement(entry, "title").text = to_line(f"{release.artist_name}: {release.album_name}")
    SubElement(entry, "updated").text = release.found_at
    SubElement(entry, "link", rel="alternate", href=release.spotify_url)
    if release.image_url:
        SubElement(entry, "link", rel="enclosure", type="image/jpeg", href=release.image_url)
    tracks = say_counted(release.track_count, "track")
    said = [release.album_type or "album", tracks]
    if release.release_date:
        said.append(f"released {release.release_date}")
    SubElement(entry, "summary").text = ", ".join(said)
