"""A text from a file, held a few megabytes at a time; what lies behind is let go."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import IO

from everheard.sources.spotify_export.archive import Refused

#: So many letters lie ahead, at least, where the file has them.
_AHEAD = 1 << 20
#: Longer than anything that is searched for across two pieces.
_OVERLAP = 1000


class Window:
    """A place in a UTF-8 text that moves on only. Raises Refused where it is not UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        #: How many letters have been brought so far.
        self.letters_met = 0
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._place = 0
        self._is_whole = False
        self._bytes_met = 0
        self._line, self._column = 1, 1

    def look(self, size: int) -> tuple[str, bool]:
        """Return so many letters from here, and whether that is all there is."""
        self._fill()
        text = self._text[self._place : self._place + size]
        return text, self._is_whole and self._place + size >= len(self._text)

    def peek(self) -> str:
        """Return the letter here; nothing at the end."""
        self._fill()
        return self._text[self._place : self._place + 1]

    def move(self, count: int) -> None:
        """Move on by so many letters of those ahead."""
        end = min(self._place + count, len(self._text))
        line_count = self._text.count("\n", self._place, end)
        if line_count:
            self._line += line_count
            self._column = end - self._text.rfind("\n", self._place, end)
        else:
            self._column += end - self._place
        self._place = end

    def skip(self, what: re.Pattern[str]) -> None:
        """Move past all that fits, from here on."""
        while True:
            self._fill()
            found = what.match(self._text, self._place)
            self.move(found.end() - self._place if found else 0)
            if self._place < len(self._text) or self._is_whole:
                return

    def go_to(self, what: re.Pattern[str], letter: str) -> bool:
        """Move to the letter in the next text that fits; say whether there is one.

        Where there is none the window stands at its last piece.
        """
        while True:
            self._fill()
            found = what.search(self._text, self._place)
            if found:
                self.move(self._text.index(letter, found.start()) - self._place)
                return True
            if self._is_whole:
                return False
            self.move(max(len(self._text) - self._place - _OVERLAP, 0))

    def go_to_end(self, what: re.Pattern[str], letter: str) -> bool:
        """Move to the letter in a text that ends the file; say whether there is one."""
        found = what.search(self._text, max(self._place, len(self._text) - _OVERLAP))
        if found:
            self.move(self._text.index(letter, found.start()) - self._place)
        return bool(found)

    def remember(self, ahead: int) -> Callable[..., str]:
        """Return what tells, later, that the file is damaged so many letters from here.

        It takes what else there is to say of the damage.
        """
        text, place, line, column = self._text, self._place, self._line, self._column
        is_whole = self._is_whole

        def tell(more: str = "") -> str:
            at = place + ahead
            line_count = text.count("\n", place, at)
            told = at - text.rfind("\n", 0, at) if line_count else column + ahead
            is_end = is_whole and not text[at:].strip()
            end = " and ends there" if is_end else more
            return (
                f"is damaged at line {line + line_count}, column {told}{end}:"
                " unpack or download it again"
            )

        return tell

    def _fill(self) -> None:
        if self._is_whole or len(self._text) - self._place >= _AHEAD:
            return
        pieces, size = [self._text[self._place :]], len(self._text) - self._place
        self._place = 0
        while size < 4 * _AHEAD and not self._is_whole:
            piece = self._read()
            pieces.append(piece)
            size += len(piece)
        self._text = "".join(pieces)

    def _read(self) -> str:
        data = self._file.read(_AHEAD)
        try:
            piece = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            place = self._bytes_met + len(data) - len(error.object) + error.start + 1
            raise Refused(f"is not UTF-8 (byte {place}): download it again") from None
        self._is_whole = not data
        self._bytes_met += len(data)
        self.letters_met += len(piece)
        return piece
