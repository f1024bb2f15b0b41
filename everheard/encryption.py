"""Keep secrets readable to their owner only.

Every key is derived from the app's client secret, which is random and long, so
no slow derivation is needed; each purpose has a key of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac


class NotDecryptable(Exception):
    """The encrypted bytes were damaged, or encrypted with another client secret."""


def derive_key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose (HKDF-SHA256 with a single block, RFC 5869)."""
    extracted = hmac.digest(b"everheard", secret.encode(), hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)


def fingerprint(secret: str, token: str) -> str:
    """Return what a refresh token is found by without being stored: 64 hexadecimal digits."""
    return hmac.new(derive_key(secret, "fingerprint"), token.encode(), hashlib.sha256).hexdigest()


def encrypt(secret: str, purpose: str, data: bytes) -> bytes:
    """Encrypt and sign ``data`` (Fernet)."""
    from cryptography.fernet import Fernet  # most runs encrypt nothing

    return Fernet(base64.urlsafe_b64encode(derive_key(secret, purpose))).encrypt(data)


def decrypt(secret: str, purpose: str, encrypted: bytes) -> bytes:
    """Return what was encrypted; raise NotDecryptable where key or bytes are not the right ones."""
    from cryptography.fernet import Fernet, InvalidToken

    try:
        return Fernet(base64.urlsafe_b64encode(derive_key(secret, purpose))).decrypt(encrypted)
    except InvalidToken:
        raise NotDecryptable("encrypted with another client secret, or damaged") from None
