"""MusicBrainz's answers -> genres of artists."""

from __future__ import annotations

from everheard.names import fold_name
from everheard.sources.fields import Json, read_dict, read_dicts, read_text


def read_artist_genres(answer: Json, folded_name: str) -> list[str]:
    """Return the genres of the artist of that folded name among those a recording credits.

    Of several artists of one name nothing is taken: which is meant cannot be told.
    """
    found: dict[str, set[str]] = {}
    for recording in read_dicts(answer, "recordings"):
        for credit in read_dicts(recording, "artist-credit"):
            artist = read_dict(credit, "artist")
            names = {fold_name(read_text(artist, "name")), fold_name(read_text(credit, "name"))}
            if folded_name in names:
                genres = {
                    read_text(genre, "name").lower() for genre in read_dicts(artist, "genres")
                }
                found.setdefault(read_text(artist, "id"), set()).update(genres - {""})
    return sorted(next(iter(found.values()))) if len(found) == 1 else []
