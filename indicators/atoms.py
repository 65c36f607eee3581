"""Which sums of a table may be printed so that no other small sum can be worked out from them. Pure.

How. Every count that could be printed is a sum of *atoms*, disjoint groups of areas and months. At first everything is one atom that is never printed. In an order (long periods first,
large areas first, large counts first) each count asks to be printed; it is granted when cutting the atoms along it leaves
only atoms that are safe: empty, or no smaller than the threshold, in the count itself and in what it leaves of the whole
that it is part of. What is printed is then always a union of atoms, and what is no union of atoms is hidden.

Why that holds. All printed numbers follow from the atoms' sums. A count that is no union of atoms cuts some atom, whose
parts can be exchanged for each other without changing any printed number: nothing that is added or subtracted yields it. A
small count is never a union of safe atoms, so it is always hidden; a count hidden for another's sake is safe by the same
argument. For parts of a whole (n of d) each atom of n is a union of atoms of d and leaves 0 or at least the threshold
uncovered, so that n ≤ d bounds no hidden count closer than the threshold either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Cells = NDArray[
    np.intp
]  # places of basic cells: an area without the released areas in it, in one block of months
Name = tuple[str, str]  # element (or element@category), basis


@dataclass(frozen=True)
class Bound:
    """A count is part of `wholes` together with `others`: what is left of them is protected as the count is."""

    wholes: tuple[Atoms, ...]
    others: tuple[Whole, ...] = ()

    def total(self) -> Whole:
        """The wholes by basic cell."""
        return np.asarray(np.sum([one.values for one in self.wholes], axis=0))


class Atoms:
    """The atoms of one count. Label 0 is the atom that is never printed; it has a cell that nobody can ask for."""

    def __init__(self, values: Whole, below: int, bounds: Sequence[Bound] = ()) -> None:
        """`values` by basic cell; counts from 1 to `below` − 1 are small. The wholes' atoms are final already."""
        self.values, self.below, self.bounds = values, below, tuple(bounds)
        self.labels = np.zeros(len(values), np.intp)
        self._sizes = [len(values) + 1]
        parts = [one.total() for one in self.bounds]
        # Part of one count and of nothing else: where it is all of it, it is known as that is.
        self._follows = (
            len(self.bounds) == 1 and len(self.bounds[0].wholes) == 1 and not self.bounds[0].others
        )
        # What is left of the tightest whole, cell by cell; None for a count that is part of nothing.
        self._left: Whole | None = None
        if parts:
            others = np.sum([other for one in self.bounds for other in one.others], axis=0, dtype=np.int64)
            self._left = np.asarray(np.min(parts, axis=0) - values - others)

    def holds(self, cells: Cells) -> bool:
        """Whether the cells are a union of atoms, so that their sum may be printed."""
        found, counts = np.unique(self.labels[cells], return_counts=True)
        return bool(all(self._sizes[label] == count for label, count in zip(found, counts, strict=True)))

    def ask(self, cells: Cells) -> bool:
        """Cut the atoms along the cells if only safe ones come of it; whether the cells are a union of atoms now."""
        if not len(cells) or not all(whole.holds(cells) for bound in self.bounds for whole in bound.wholes):
            return False
        inside = self.labels[cells]
        found, counts = np.unique(inside, return_counts=True)
        cut = [label for label, count in zip(found, counts, strict=True) if self._sizes[label] != count]
        pieces = [(label, cells[inside == label]) for label in cut]
        if not all(self._may_cut(label, piece) for label, piece in pieces):
            return False
        for label, piece in pieces:
            self._cut(label, piece)
        return True

    def finish(self) -> None:
        """Cut the atoms that hide nothing: those of noughts, and those that are all of a whole (its atoms are known)."""
        known_zero = np.zeros(len(self.labels), bool)
        for bound in self.bounds:
            known_zero |= np.all([one.alone() & (one.values == 0) for one in bound.wholes], axis=0)
        for label in range(1, len(self._sizes)):
            cells = np.flatnonzero(self.labels == label)
            if not self.values[cells].any():
                known_zero[cells] = True
            elif self._follows and not self._sum_left(cells):
                for piece in self._by_whole(cells)[1:]:
                    self._cut(label, piece)
        for cell in np.flatnonzero(known_zero):
            if self._sizes[self.labels[cell]] > 1:
                self._cut(int(self.labels[cell]), np.array([cell]))

    def alone(self) -> NDArray[np.bool_]:
        """Cells that are an atom by themselves."""
        return np.asarray(np.array(self._sizes)[self.labels] == 1)

    def _cut(self, label: int, piece: Cells) -> None:
        self.labels[piece] = len(self._sizes)
        self._sizes[label] -= len(piece)
        self._sizes.append(len(piece))

    def _may_cut(self, label: int, piece: Cells) -> bool:
        if not self._is_safe(piece):
            return False
        if label == 0:
            return True  # what remains is never printed
        rest = self.labels == label
        rest[piece] = False
        return self._is_safe(np.flatnonzero(rest))

    def _is_safe(self, cells: Cells) -> bool:
        total = int(self.values[cells].sum())
        if total == 0:
            return True
        if total < self.below:
            return False
        if self._left is None:
            return True
        left = self._sum_left(cells)
        if left == 0 and self._follows:
            # All of the whole: its atoms in here will be known, and must be safe for this count too.
            return all(not 0 < int(self.values[one].sum()) < self.below for one in self._by_whole(cells))
        return left >= self.below or (left < 0 and self._follows)

    def _sum_left(self, cells: Cells) -> int:
        return 0 if self._left is None else int(self._left[cells].sum())

    def _by_whole(self, cells: Cells) -> list[Cells]:
        """The cells by the whole's atoms."""
        marks = self.bounds[0].wholes[0].labels[cells]
        return [cells[marks == label] for label in np.unique(marks)]


@dataclass(frozen=True)
class Part:
    """`part` and `others` are counted among `wholes`."""

    part: Name
    wholes: tuple[Name, ...]
    others: tuple[Name, ...] = ()


def protect(
    counts: Mapping[Name, Whole],
    below: Mapping[Name, int],
    asked: Mapping[Name, Sequence[Cells]],
    parts: Sequence[Part],
) -> dict[Name, Atoms]:
    """The atoms of every count, wholes before their parts. `asked`: what each would print, the most wanted first."""
    done: dict[Name, Atoms] = {}

    def work(name: Name, seen: tuple[Name, ...] = ()) -> Atoms:
        if name in done:
            return done[name]
        bounds = [
            Bound(
                tuple(work(whole, (*seen, name)) for whole in one.wholes),
                tuple(counts[other] for other in one.others),
            )
            for one in parts
            if one.part == name and name not in one.wholes and not set(one.wholes) & {*seen, name}
        ]
        atoms = Atoms(counts[name], below[name], bounds)
        for cells in asked.get(name, ()):
            atoms.ask(cells)
        atoms.finish()
        done[name] = atoms
        return atoms

    for name in counts:
        work(name)
    return done
