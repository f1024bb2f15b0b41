"""XML 1.0 and HTML: pages, pictures, feeds. Of most control characters XML knows no spelling."""

from __future__ import annotations

from typing import Any

from everheard.rims.plain import clean, to_line

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;"})


def escape(text: object) -> str:
    """Return a name as it is to be read, in an element or an attribute; markup stays as it is."""
    made = getattr(text, "__html__", None)
    return str(made()) if made else to_line(text).translate(_ENTITIES)


def finish(value: Any) -> Any:
    """Return what a template is about to write: of texts, only what may stand in XML."""
    return clean(value) if type(value) is str else value
