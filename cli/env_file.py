"""Write settings into ``.env``, which belongs to its owner alone; config.py reads it."""

from __future__ import annotations

from contextlib import suppress
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from everheard.failure import ConfigurationError
from everheard.files import read_file, write_file
from everheard.places import find_real


def write_settings(env_file: Path, values: dict[str, str]) -> None:
    """Set each name to its value and leave every other line as it is; all of them or none.

    The file is readable by its owner only (0600) from the first byte on; where it is a link,
    the file it leads to is written, by root only if root made the link. Raises
    ConfigurationError where it cannot be written.
    """
    try:
        real = find_real(env_file)
        text = ""
        with suppress(FileNotFoundError):
            text = read_file(real).decode()
        for name, value in values.items():
            text = _set(text, name, value)
        write_file(real, text)
    except UnicodeDecodeError:
        raise ConfigurationError([f"{env_file.name} cannot be read: save it as UTF-8"]) from None
    except OSError as error:
        raise ConfigurationError(
            [f"{env_file.name} cannot be written ({error.strerror}): make its folder your own"]
        ) from None


def _set(text: str, name: str, value: str) -> str:
    """Return the settings with one of them set, wherever it stands, or at the end."""
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    line = f"{name}='{quoted}'\n"
    parts: list[str] = []
    is_set = False
    for found in parse_stream(StringIO(text)):
        part = found.original.string
        if found.key == name:
            blank = part[: len(part) - len(part.lstrip())]  # the empty lines above it
            part, is_set = blank + line, True
        parts.append(part)
    if not is_set:
        parts += ["" if text.endswith("\n") or not text else "\n", line]
    return "".join(parts)
