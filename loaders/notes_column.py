"""Where a table has room for words: messages point there when words stand in a column of numbers."""

from __future__ import annotations

from loaders.matching import words
from loaders.workbook import Sheet, column_letters

_WORDED = frozenset(("备注", "备注说明", "说明", "附注", "remarks", "notes"))
_PLACE = ("notes column",)
SEARCHED = 40  # rows in which its header may stand


def notes_place(sheet: Sheet) -> dict[str, str]:
    """The sheet's column for remarks as parameters of an issue; where it has none, a comment on the cell will do."""
    if _PLACE not in sheet.known:
        sheet.known[_PLACE] = next(
            (
                column_letters(column)
                for cells in sheet.rows[:SEARCHED]
                for column, raw in enumerate(cells)
                if column and raw.__class__ is str and words(raw) in _WORDED
            ),
            "",
        )
    letters = sheet.known[_PLACE]
    if letters:
        return {"notes_zh": f"备注栏（{letters}列）", "notes_en": f"the remarks column ({letters})"}
    return {"notes_zh": "批注", "notes_en": "a comment on the cell"}
