"""What a returned workbook shows at a faulty cell, and how our marks are told from the sender's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loaders.issues import Issue

MOST_MARKED = 2_000  # cells of one workbook
LONGEST_NOTE = 900  # characters of one comment
LONGEST_RANGE = 60  # cells of a range that are marked one by one
OPENING = "【审核】"  # begins our part of a comment; from here on nothing in it is the sender's
TOKEN = "MCH-ISSUES/1"  # noqa: S105 - in a hidden cell of our list of issues, by which it is known when it comes back
COLOURS = {"error": "FFFFC7CE", "warning": "FFFFEB9C"}

_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
# XML 1.0 has no place for these.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Mark:
    """One cell to colour and comment; `severity` is the worst of its issues."""

    row: int
    column: int
    severity: str
    note: str

    @property
    def address(self) -> str:
        """C7."""
        return address((self.row, self.column))


def inert(text: str) -> str:
    """Text that may stand in any cell: without signs that XML forbids. What makes it no formula is the cell's type."""
    return _FORBIDDEN.sub("", text)


def places(cell: str) -> list[tuple[int, int]]:
    """The (row, column) pairs, from 1, that an issue's cell names: C7, C7+D7, C7…F7, A9:A12."""
    found: list[tuple[int, int]] = []
    for left, top, right, bottom in _ADDRESS.findall(cell):
        first, last = (int(top), number(left)), (int(bottom or top), number(right or left))
        area = (last[0] - first[0] + 1) * (last[1] - first[1] + 1)
        if 0 < area <= LONGEST_RANGE:
            found += [
                (row, column)
                for row in range(first[0], last[0] + 1)
                for column in range(first[1], last[1] + 1)
            ]
        else:
            found += [first, last]
    return [place for place in dict.fromkeys(found) if 0 < place[0] <= 1_048_576 and place[1] <= 16_384]


def by_cell(issues: Sequence[Issue]) -> dict[tuple[str, int, int], list[Issue]]:
    """The issues of each cell, (sheet, row, column), in the order in which the cells are first named."""
    told: dict[tuple[str, int, int], list[Issue]] = {}
    for issue in issues:
        for row, column in places(issue.cell):
            told.setdefault((issue.sheet, row, column), []).append(issue)
    return told


def marks_of(told: Mapping[tuple[str, int, int], Sequence[Issue]], sheet: str, language: str) -> list[Mark]:
    """The marks of one sheet, by row and column."""
    return [
        Mark(row, column, _worst(here), _note(here, language))
        for (name, row, column), here in sorted(told.items(), key=lambda one: one[0])
        if name == sheet
    ]


def _worst(issues: Sequence[Issue]) -> str:
    return "error" if any(issue.severity == "error" for issue in issues) else "warning"


def _note(issues: Sequence[Issue], language: str) -> str:
    lines = [
        f"{number}. {issue.message(language)}\n→ {issue.mend(language)}"
        for number, issue in enumerate(issues, 1)
    ]
    text = inert("\n".join(lines)) if len(lines) > 1 else inert(lines[0][3:])
    return text if len(text) <= LONGEST_NOTE else f"{text[: LONGEST_NOTE - 1]}…"


def address(place: tuple[int, int]) -> str:
    """(7, 3) → C7."""
    return f"{letters(place[1])}{place[0]}"


def number(letters: str) -> int:
    """A → 1, AA → 27."""
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - 64
    return value


def letters(column: int) -> str:
    """1 → A, 27 → AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
