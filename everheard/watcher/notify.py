"""Words to systemd, where it has started this process: it is ready, it lives, it stops."""

from __future__ import annotations

import socket
from contextlib import suppress

from everheard.config import list_given

#: How often systemd wants to hear that the process lives (WatchdogSec of the unit).
WATCHDOG_S = 120.0
_SOCKET = "NOTIFY_SOCKET"


def tell_system(words: str) -> None:
    """Tell systemd, if it listens (sd_notify(3)); a word that is not heard is no trouble."""
    address = list_given([_SOCKET]).get(_SOCKET, "")
    if not address:
        return
    place = "\0" + address[1:] if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(place)
        sender.sendall(words.encode())
