"""Names as people mean them: one folding for matching, everywhere."""

from __future__ import annotations

import unicodedata

_SCRIPTS_WITH_ACCENTS = ("LATIN", "GREEK", "CYRILLIC")


def fold_name(text: str | None) -> str:
    """Return the form under which two spellings of one name meet.

    Case, width, accents and spacing are folded; punctuation stays, because it
    tells titles apart. Marks are dropped only where they are accents: in
    Japanese, Korean or Hebrew a mark makes another letter.
    """
    if not text:
        return ""
    if text.isascii():
        return " ".join(text.casefold().split())
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept: list[str] = []
    base_takes_accents = False
    for character in decomposed:
        if not unicodedata.combining(character):
            base_takes_accents = unicodedata.name(character, "").startswith(_SCRIPTS_WITH_ACCENTS)
        elif base_takes_accents:
            continue
        kept.append(character)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).casefold().split())
