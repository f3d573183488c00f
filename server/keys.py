"""What hangs on SECRET_KEY: keyed hashes, which nobody can undo, and sealed text, which only the app can open.

Knows no table. Text is sealed for a purpose: what was sealed for one person opens for no other.
"""

from __future__ import annotations

import hmac
import secrets
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES, NONCE_BYTES = 32, 12


def keyed(secret: str, *parts: str) -> bytes:
    return hmac.digest(secret.encode(), "\0".join(parts).encode(), sha256)


def seal(secret: str, purpose: str, text: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(secret).encrypt(nonce, text.encode(), purpose.encode())


def unseal(secret: str, purpose: str, sealed: bytes) -> str | None:
    """None when it was sealed with another key or for another purpose."""
    try:
        opened = _cipher(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except InvalidTag:
        return None
    return opened.decode()


@cache
def _cipher(secret: str) -> AESGCM:
    """Of a key of its own, so that no keyed hash ever says anything about it."""
    derive = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"sealed text")
    return AESGCM(derive.derive(secret.encode()))
