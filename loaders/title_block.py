"""The title block of a sheet: its texts in reading order, and what follows a label in one of them."""

from __future__ import annotations

import re

from loaders.tidy import text_of
from loaders.traditional import simplified
from loaders.workbook import Sheet

TITLE_ROWS = 12  # how far down a title block may reach
_TEXTS = ("title texts",)


def title_texts(sheet: Sheet) -> list[tuple[int, int, str]]:
    """(row, column, tidy text) of every text cell of the title block, in reading order."""
    if _TEXTS not in sheet.known:
        sheet.known[_TEXTS] = [
            (row, column, simplified(text_of(raw)))
            for row, cells in enumerate(sheet.rows[sheet.first : sheet.first + TITLE_ROWS], start=sheet.first)
            for column, raw in enumerate(cells)
            if raw != "" and raw is not None
        ]
    texts: list[tuple[int, int, str]] = sheet.known[_TEXTS]
    return texts


def label_rest(text: str, labels: tuple[str, ...]) -> str | None:
    """What follows a label in its own cell ('' padded to ' ' when nothing does); None when the text has no such label."""
    plain = text.replace(" ", "")
    for label in labels:
        if plain.startswith(label) and (
            match := re.match(rf"{re.escape(label)}(?:[(（][^)）]*[)）])?[:：]?(.*)$", plain)
        ):
            return match[1] or " "
    return None
