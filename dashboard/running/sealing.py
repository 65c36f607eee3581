"""Files sealed with a password: AES-256-GCM in pieces, so that a file of any size is read and written in little memory.

A sealed file is: the mark, the salt from which the key is made (scrypt), a number of its own, then the pieces. Each piece is
bound to its place and the last one to being last: none can be changed, moved, left out or cut off unseen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MARK = b"MCHSEAL1"
SALT, OWN, TAG = 16, 8, 16
PIECE = 1024 * 1024
SHORTEST = 16  # characters of a password


class SealError(Exception):
    """The password is not the right one, or the file is not what was sealed."""


def new_salt() -> bytes:
    """A salt for a folder of sealed files."""
    return os.urandom(SALT)


@lru_cache(maxsize=8)
def _key(password: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(password.encode()))


def seal(pieces: Iterable[bytes], to: BinaryIO, password: str, salt: bytes) -> None:
    """Write the bytes sealed."""
    key, own = _key(password, salt), os.urandom(OWN)
    head = MARK + salt + own
    to.write(head)
    for number, (piece, last) in enumerate(_with_last(_even(pieces))):
        to.write(key.encrypt(_nonce(own, number), piece, head + bytes([last])))


def unseal(source: BinaryIO, password: str) -> Iterator[bytes]:
    """The bytes that were sealed, piece by piece; raises SealError."""
    head = source.read(len(MARK) + SALT + OWN)
    if len(head) < len(MARK) + SALT + OWN or not head.startswith(MARK):
        raise SealError("not a sealed file")
    key, own = _key(password, head[len(MARK) : -OWN]), head[-OWN:]
    number, piece = 0, source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield key.decrypt(_nonce(own, number), piece, head + bytes([not following]))
        except InvalidTag:
            raise SealError("the password is not the right one, or the file has been changed") from None
        if not following:
            return
        number, piece = number + 1, following


def _nonce(own: bytes, number: int) -> bytes:
    return own + number.to_bytes(4, "big")


def _even(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size; at least one, if empty."""
    held = b""
    for piece in pieces:
        held += piece
        while len(held) > PIECE:
            yield held[:PIECE]
            held = held[PIECE:]
    yield held


def _with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    piece = next(pieces)
    for following in pieces:
        yield piece, False
        piece = following
    yield piece, True
