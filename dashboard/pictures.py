"""SVG to PNG, without a browser."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from types import ModuleType

from dashboard.statement import FONT_DIR

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def draw_png(svg: str) -> bytes:
    """Return the picture as PNG, at the size the SVG names.

    Letters that the font lacks (Japanese, emoji) come from the machine's fonts.
    """
    return squeeze_png(bytes(_load_converter().svg_to_png(svg)))


def squeeze_png(png: bytes) -> bytes:
    """Return the same picture packed tightly: the converter packs for speed."""
    head, data, place = b"", b"", len(_SIGNATURE)
    while place < len(png):
        (length,) = struct.unpack_from(">I", png, place)
        kind = png[place + 4 : place + 8]
        if kind == b"IDAT":
            data += png[place + 8 : place + 8 + length]
        elif kind != b"IEND":
            head += png[place : place + 12 + length]
        place += 12 + length
    packed = zlib.compress(zlib.decompress(data), 9)
    return _SIGNATURE + head + _make_chunk(b"IDAT", packed) + _make_chunk(b"IEND", b"")


def _make_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@cache
def _load_converter() -> ModuleType:
    """Import what draws, only when something is drawn: it takes 40 MB that a server may spare."""
    import vl_convert

    vl_convert.register_font_directory(str(FONT_DIR))
    return vl_convert
