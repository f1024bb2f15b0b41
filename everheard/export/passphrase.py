"""A file encrypted with a passphrase: scrypt makes the key, AES-GCM encrypts it piece by piece.

Each piece is numbered and the last one says so, so that none can be changed, left out, repeated
or cut off unnoticed, and none has to fit into memory with the others.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from everheard.encryption import NotDecryptable
from everheard.files import open_file

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"Everheard encrypted backup 1\n"
_SALT, _PIECE, _TAG = 16, 1 << 20, 16
#: What scrypt's own page asks of a file's key: about 128 MB of memory, a second or less.
_COST = 2**17


def encrypt_file(source: Path, target: Path, passphrase: str) -> None:
    """Write a file that is ``source`` encrypted; ``target`` is new."""
    salt = os.urandom(_SALT)
    cipher = _make_cipher(passphrase, salt)
    with source.open("rb") as clear, open_file(target) as encrypted:
        encrypted.write(MAGIC + salt)
        piece, number = clear.read(_PIECE), 0
        while True:
            following = clear.read(_PIECE)
            encrypted.write(cipher.encrypt(_name(number, is_last=not following), piece, MAGIC))
            if not following:
                return
            piece, number = following, number + 1


def decrypt_file(source: Path, target: Path, passphrase: str) -> None:
    """Write what was encrypted to a new file; raise NotDecryptable where it cannot be had."""
    from cryptography.exceptions import InvalidTag

    with source.open("rb") as encrypted, open_file(target) as clear:
        encrypted.read(len(MAGIC))
        cipher = _make_cipher(passphrase, encrypted.read(_SALT))
        piece, number = _read_piece(encrypted), 0
        while True:
            following = _read_piece(encrypted)
            try:
                clear.write(cipher.decrypt(_name(number, is_last=not following), piece, MAGIC))
            except (InvalidTag, ValueError):
                raise NotDecryptable("another passphrase, or damaged") from None
            if not following:
                return
            piece, number = following, number + 1


def is_encrypted(path: Path) -> bool:
    """Say whether a file is one of these, by how it begins."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _read_piece(encrypted: IO[bytes]) -> bytes:
    return encrypted.read(_PIECE + _TAG)


def _name(number: int, *, is_last: bool) -> bytes:
    """Return the nonce of a piece: never twice for a key, for each file has a salt of its own."""
    return number.to_bytes(11, "big") + bytes([is_last])


def _make_cipher(passphrase: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    key = Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
    return AESGCM(key)
