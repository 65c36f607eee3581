"""A place among peers with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ranking:
    """An organisation's place with its interval, and the peers it cannot be told apart from."""

    organisation: str
    place: int
    tied: int
    peers: int
    low: int
    high: int
    like: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {**self.__dict__, "like": list(self.like)}
