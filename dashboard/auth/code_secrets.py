"""The secrets of one-time codes as the store keeps them: sealed with a key that lies outside of it, where one is set.

Sealed is: a mark, then a number of its own and AES-256-GCM over the secret, bound to the account's name; 64 signs, which is
what the column holds. Several keys may be given: the first seals, all open, so that a key can be changed in passing.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dashboard.settings import Settings

MARK, OWN = "$", 11
log = logging.getLogger("mch.dashboard")


def seal_code(settings: Settings, name: str, secret: str) -> str:
    """A secret as it is kept for an account; as it is, where there is no key."""
    keys = _keys(settings)
    if not keys or not secret:
        return secret
    own = os.urandom(OWN)
    sealed = own + keys[0].encrypt(own, base64.b32decode(secret), name.encode())
    return MARK + base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_code(settings: Settings, name: str, kept: str) -> str | None:
    """The secret that is kept for an account; None where no key opens it."""
    found = _opened(settings, name, kept)
    return None if found is None else found[0]


def is_sealed_now(settings: Settings, name: str, kept: str) -> bool:
    """Whether it is sealed with the newest key; always where there is nothing to seal, or no key to do it with."""
    if not kept or not settings.secret_key:
        return True
    found = _opened(settings, name, kept)
    return found is not None and found[1] == 0


def _opened(settings: Settings, name: str, kept: str) -> tuple[str, int] | None:
    """The secret and which key opened it; -1 for one that lay open."""
    if not kept.startswith(MARK):
        return kept, -1
    sealed = base64.urlsafe_b64decode(kept[1:] + "=" * (-len(kept[1:]) % 4))
    for place, key in enumerate(_keys(settings)):
        try:
            secret = key.decrypt(sealed[:OWN], sealed[OWN:], name.encode())
        except InvalidTag:
            continue
        return base64.b32encode(secret).decode(), place
    log.error(
        "the one-time codes of an account cannot be read: MCH_SECRET_KEY is not the one that sealed them"
    )
    return None


def _keys(settings: Settings) -> list[AESGCM]:
    return [
        AESGCM(hashlib.sha256(b"mch one-time codes:" + one.encode()).digest())
        for one in settings.secret_key.split()
    ]
