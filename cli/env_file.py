"""Write settings into ``.env``, which belongs to its owner alone; config.py reads it."""

from __future__ import annotations

from pathlib import Path

from dotenv import set_key

from everheard.failure import ConfigurationError


def write_settings(env_file: Path, values: dict[str, str]) -> None:
    """Set each name to its value and leave every other line as it is.

    The file is readable by its owner only (0600) from the first byte on; where it is a link,
    the file it leads to is written. Raises ConfigurationError where it cannot be written.
    """
    try:
        env_file.touch(mode=0o600)
        env_file.chmod(0o600)
        for name, value in values.items():
            set_key(env_file, name, value, follow_symlinks=True)
    except OSError as error:
        raise ConfigurationError(
            [f"{env_file.name} cannot be written ({error.strerror}): make its folder your own"]
        ) from None
