"""Which cases of a list meet a condition: worked out once for each, since dozens of counts share a few of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from loaders.forms import Condition, Count

if TYPE_CHECKING:
    from loaders.case_list import Cases


class Meeting:
    """The cases of a list by what their cells mean. A case is its position in the list."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._places = list(zip(cases.organisations, cases.months, strict=True))
        placed = {at for at, (organisation, month) in enumerate(self._places) if organisation and month}
        self._placed = frozenset(placed)  # the others have their own issue, and count nowhere
        self._held: dict[str, dict[Any, list[int]]] = {}
        self._met: dict[Condition, frozenset[int]] = {}

    def numbers(self, count: Count) -> Mapping[tuple[str, int | None], int]:
        """How many cases of each organisation and month meet the conditions of a count."""
        met = sorted((self._meeting(one) for one in count.where), key=len)
        return Counter(map(self._places.__getitem__, self._placed.intersection(*met)))

    def _meeting(self, condition: Condition) -> frozenset[int]:
        if condition not in self._met:
            held = self._by_value(condition.column)
            good = [cases for value, cases in held.items() if condition.met_by(value)]
            self._met[condition] = frozenset().union(*good)
        return self._met[condition]

    def _by_value(self, column: str) -> Mapping[Any, list[int]]:
        if column not in self._held:
            held: dict[Any, list[int]] = defaultdict(list)
            for at, value in enumerate(self._cases.columns[column].values):
                held[value].append(at)
            self._held[column] = held
        return self._held[column]
