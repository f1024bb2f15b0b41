from __future__ import annotations

import re

import pytest

from everheard.encryption import NotDecryptable, decrypt, derive_key, encrypt, fingerprint

SECRET, OTHER_SECRET = "a" * 32, "b" * 32


def test_what_was_encrypted_comes_back() -> None:
    assert decrypt(SECRET, "spool", encrypt(SECRET, "spool", b"\x00play")) == b"\x00play"


def test_encrypted_bytes_do_not_show_what_they_hold() -> None:
    assert b"play" not in encrypt(SECRET, "spool", b"play")


@pytest.mark.parametrize(("secret", "purpose"), [(OTHER_SECRET, "spool"), (SECRET, "sign-in")])
def test_another_secret_or_purpose_does_not_open_it(secret: str, purpose: str) -> None:
    with pytest.raises(NotDecryptable):
        decrypt(secret, purpose, encrypt(SECRET, "spool", b"play"))


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff\xfe"])
def test_damaged_bytes_are_told(damage: bytes) -> None:
    with pytest.raises(NotDecryptable):
        decrypt(SECRET, "spool", damage)


def test_flipped_byte_is_told() -> None:
    encrypted = bytearray(encrypt(SECRET, "spool", b"play"))
    encrypted[20] ^= 1
    with pytest.raises(NotDecryptable):
        decrypt(SECRET, "spool", bytes(encrypted))


def test_keys_follow_rfc_5869() -> None:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    expected = HKDF(SHA256(), 32, salt=b"everheard", info=b"spool").derive(SECRET.encode())
    assert derive_key(SECRET, "spool") == expected


def test_fingerprint_is_stable_keyed_and_tells_nothing() -> None:
    mark = fingerprint(SECRET, "AQtoken")
    assert re.fullmatch(r"[0-9a-f]{64}", mark)
    assert mark == fingerprint(SECRET, "AQtoken")
    assert len({mark, fingerprint(OTHER_SECRET, "AQtoken"), fingerprint(SECRET, "AQtokem")}) == 3
