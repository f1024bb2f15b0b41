"""The form of GitHub's workflow ``rate_album``: one rating, in the file of the event."""

from __future__ import annotations

import json
from pathlib import Path

from everheard.rims.typed import START
from everheard.sources.ratings.rows import BadRating


def read_form_rows(event_file: Path | None) -> dict[int, dict[str, str]]:
    """Read the one rating of the form, as the row of a file; left empty, it holds none.

    From the file of the event: an argument or a variable would stand in the run's log.
    """
    try:
        event = json.loads(event_file.read_text(encoding="utf-8")) if event_file else {}
        form = {str(name): str(value or "") for name, value in (event["inputs"] or {}).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadRating(
            "--form is for GitHub's form, whose file GITHUB_EVENT_PATH names: elsewhere"
            f" `{START} rate` rates an album."
        ) from None
    is_filled = any(form.get(name) for name in ("album", "album_id", "rating"))
    return {1: form} if is_filled else {}
