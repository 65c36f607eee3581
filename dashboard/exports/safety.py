"""Keeping text from acting as a formula in a spreadsheet, and from spoiling the file that it is written to."""

from __future__ import annotations

import re
from typing import Any

# A cell that begins so would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_BREAKS = re.compile(
    "[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]"
)  # how word processors break lines within a paragraph
# What neither XML nor a database takes: one such sign in one remark would fail every file that holds it.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def cleaned(text: str) -> str:
    """The same words without the signs that no file can hold; breaks of lines stay breaks."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def safe(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = cleaned(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
