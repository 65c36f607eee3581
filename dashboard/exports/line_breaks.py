"""Words in lines of a width: Chinese breaks between any two signs, save before what closes and after what opens; a word of
Latin letters or a number is never cut unless it alone is wider than the line."""

from __future__ import annotations

import re
from collections.abc import Callable

NEVER_FIRST = "，。、；：？！）》】”’％‰%…·～)]}>,.;:?!"
NEVER_LAST = "（《【“‘([{<·★"
# A run of Latin letters and digits with what belongs to it, or one sign, or blanks.
_LATIN = re.compile(r"[A-Za-z0-9.,%‰/+\-−–~'’\"()&:;?!<>=_]+|\s+|.", re.DOTALL)


def broken(words: str, width: float, measure: Callable[[str], float], *, anywhere: bool = True) -> list[str]:
    """The lines; `measure` tells a text's width in the unit of `width`. At least one line, for nothing an empty one.

    `anywhere`: whether signs that are no letters part from their neighbours; without it lines break at blanks alone.
    """
    if measure(words) <= width:
        return [words]
    lines, now = [], ""
    for piece in _pieces(words, anywhere):
        if not now or measure(now + piece.rstrip()) <= width:
            now += piece
        else:
            lines.append(now.rstrip())
            now = piece.lstrip()
        while measure(now.rstrip()) > width and len(now) > 1:  # one word wider than the line
            cut = next((at for at in range(len(now) - 1, 0, -1) if measure(now[:at]) <= width), 1)
            lines.append(now[:cut])
            now = now[cut:]
    return [*lines, now.rstrip()]


def _pieces(words: str, anywhere: bool) -> list[str]:
    """What stays together; blanks belong to what stands before them."""
    found: list[str] = []
    for piece in _LATIN.findall(words) if anywhere else re.findall(r"\S+\s*|\s+", words):
        last = found[-1] if found else ""
        together = piece.isspace() or piece[0] in NEVER_FIRST or (last and last[-1] in NEVER_LAST)
        if found and together:
            found[-1] += piece
        else:
            found.append(piece)
    return found
