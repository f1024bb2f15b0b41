"""Names as people mean them: one folding for matching, everywhere."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

# Two of them must fit into one index entry of Postgres: 2,700 bytes, four a character.
_LONGEST_FOLDED = 300
_SCRIPTS_WITH_ACCENTS = ("LATIN", "GREEK", "CYRILLIC")


def fold_name(text: str | None) -> str:
    """Return the form under which two spellings of one name meet.

    Case, width, accents and spacing are folded; punctuation stays, because it
    tells titles apart; what follows 300 characters does not. Marks are dropped only
    where they are accents: in Japanese, Korean or Hebrew a mark makes another letter.
    """
    if not text:
        return ""
    if text.isascii():
        return _join_words(text.casefold())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept: list[str] = []
    base_takes_accents = False
    for character in decomposed:
        if not unicodedata.combining(character):
            base_takes_accents = _takes_accents(character)
        elif base_takes_accents:
            continue
        kept.append(character)
    return _join_words(unicodedata.normalize("NFC", "".join(kept)).casefold())


@cache
def _takes_accents(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_SCRIPTS_WITH_ACCENTS)


def _join_words(folded: str) -> str:
    return " ".join(folded.split())[:_LONGEST_FOLDED].rstrip()


_GUESTS = re.compile(
    r"[(\[]\s*(?:feat|ft|featuring)\b\.?\s+(?P<inside>[^)\]]+)[)\]]"
    r"|\s(?:feat|ft|featuring)\b\.?\s+(?P<after>.+?)(?:\s+-\s.*|\s*[(\[].*)?$",
    re.IGNORECASE,
)
# "Tyler, The Creator" is one name.
_BETWEEN_GUESTS = re.compile(r"\s*,\s+(?!the\b)(?:and\s+|&\s+)?|\s+&\s+|\s+and\s+", re.IGNORECASE)


def read_guests(title: str) -> list[str]:
    """Return the guests that a title names after "feat.", in their order."""
    found = _GUESTS.search(title)
    if not found:
        return []
    names = _BETWEEN_GUESTS.split(found["inside"] or found["after"])
    return [name.strip() for name in names if name.strip()]


_EDITION_WORDS = (
    r"(?:deluxe|expanded|extended|special|anniversary|collector'?s|limited|bonus|platinum|gold"
    r"|explicit|clean|remaster(?:ed)?|edition|version|complete|international|japan(?:ese)?)"
)
_EDITION = re.compile(
    rf"\s*(?:[(\[][^)\]]*\b{_EDITION_WORDS}\b[^)\]]*[)\]]|\s-\s[^-]*\b{_EDITION_WORDS}\b[^-]*)$",
    re.IGNORECASE,
)


def fold_edition(title: str) -> str:
    """Return the folded title without what only names an edition ("(Deluxe Edition)")."""
    bare = title
    while (shorter := _EDITION.sub("", bare)) and shorter != bare:
        bare = shorter
    return fold_name(bare)
