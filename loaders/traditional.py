"""Traditional signs read as the simplified ones in which our forms are written; the cells themselves stay as they are."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

REMEMBERED, REMEMBERED_LENGTH = 20_000, 120
_FILE = Path(__file__).with_name("traditional.toml")


def simplified(text: str) -> str:
    """The text with every traditional sign in its simplified form."""
    if text.isascii():
        return text
    return _simplified(text) if len(text) <= REMEMBERED_LENGTH else text.translate(_table())


@lru_cache(maxsize=REMEMBERED)
def _simplified(text: str) -> str:
    """The same for labels, which come back in every file; longer texts are notes."""
    return text.translate(_table())


def telling_words(text: str) -> int:
    """How many of the words that stand in nearly every return a text has, in either script."""
    plain = simplified(text)
    return sum(word in plain for word in _read()["telling"])


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    read = _read()
    pairs = zip("".join(read["traditional"].split()), "".join(read["simplified"].split()), strict=True)
    return {ord(one): ord(other) for one, other in pairs}


@lru_cache(maxsize=1)
def _read() -> dict[str, str]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
