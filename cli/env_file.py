"""Write settings into ``.env``, which belongs to its owner alone; config.py reads it."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

from dotenv import set_key

from everheard.failure import ConfigurationError
from everheard.files import find_owner, is_root, read_file, write_file


def write_settings(env_file: Path, values: dict[str, str]) -> None:
    """Set each name to its value and leave every other line as it is; all of them or none.

    The file is readable by its owner only (0600) from the first byte on; where it is a link,
    the file it leads to is written, by root only if root made the link. Raises
    ConfigurationError where it cannot be written.
    """
    try:
        _refuse_foreign_link(env_file)
        real = env_file.resolve()
        with tempfile.TemporaryDirectory(prefix=".everheard-", dir=real.parent) as folder:
            beside = Path(folder) / "env"
            write_file(beside, read_file(real) if real.exists() else b"")
            for name, value in values.items():
                set_key(beside, name, value)
            write_file(real, read_file(beside))
    except OSError as error:
        raise ConfigurationError(
            [f"{env_file.name} cannot be written ({error.strerror}): make its folder your own"]
        ) from None


def _refuse_foreign_link(env_file: Path) -> None:
    owner = find_owner(env_file)
    if is_root() and env_file.is_symlink() and owner and owner.uid != 0:
        raise OSError(errno.ELOOP, "it is a link that root did not make")
