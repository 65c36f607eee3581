"""Units that a sheet states: above a table, in a header, beside a row. Each is told apart by what it counts and in how many.

A unit that is read twice, or passed over, makes a number ten thousand times wrong; two that contradict each other are
therefore a fault and never a choice of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from loaders.tidy import REMEMBERED_LENGTH, text_of

Kind = Literal["things", "rate", "money", "other"]
REMEMBERED = 20_000
_TIMES = {"百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_THINGS = "人次|人|例次|例|名|个|张|次|对|胎|份|床|户|所|家"
_RATES = "%|‰|‱|百分比|千分比|1?/10万|1/万|/千|/万"
_TEXT = (
    rf"(?:(?:计量)?单位[:：]?)?(?:(?P<times>十万|百万|千万|亿|万|千|百)?(?P<things>{_THINGS})"
    rf"|(?P<alone>万)|(?P<rate>{_RATES})|(?P<money>(?:万|千|百万|亿)?元)|(?P<other>岁|年月日|日期|分钟|天|周))"
)
_UNIT = re.compile(_TEXT)
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
# 填报单位：万山区 is a district; 单位：万人 stands alone or at the end of a line of the title block.
_STATED = re.compile(r"(?:^|\s)[(（]?((?:计量)?单位\s?[:：]\s?[^\s()（）]{1,4})[)）]?$")


class Unit(NamedTuple):
    """A unit as it is written, what it counts, and how many of it one is."""

    text: str
    kind: Kind
    times: int


class Scale(NamedTuple):
    """What numbers are multiplied by, and the cell that says so ('' where none does)."""

    factor: int = 1
    cell: str = ""


ONE = Scale()


@lru_cache(maxsize=REMEMBERED)
def _unit(text: str) -> Unit | None:
    found = _UNIT.fullmatch(text.replace(" ", ""))
    if not found:
        return None
    given = found.groupdict()
    times = _TIMES.get(given["times"] or given["alone"] or "", 1)
    kind: Kind = (
        "rate" if given["rate"] else "money" if given["money"] else "other" if given["other"] else "things"
    )
    return Unit(text, kind, times)


def unit_alone(raw: Any) -> Unit | None:
    """The unit that is all that a cell says, in brackets or without; None when it says anything else."""
    text = text_of(raw)
    bare = _BRACKETS.fullmatch(text)
    return _unit(bare[1] if bare else text) if text else None


def is_unit(text: str) -> bool:
    """Whether a text, taken out of its brackets, is a unit."""
    return _unit(text) is not None


@lru_cache(maxsize=REMEMBERED)
def _in_brackets(text: str) -> Unit | None:
    units = [unit for found in _BRACKETS.findall(text) if (unit := _unit(found))]
    return max(units, key=lambda one: one.times) if units else None


def unit_in(raw: Any) -> Unit | None:
    """The unit that a header or label states: in brackets, or as all that it says."""
    if raw.__class__ is str and len(raw) <= REMEMBERED_LENGTH:
        return _unit_in(raw) if raw else None
    text = text_of(raw)
    return (_in_brackets(text) or _unit(text)) if text else None


@lru_cache(maxsize=REMEMBERED)
def _unit_in(raw: str) -> Unit | None:
    text = text_of(raw)
    return (_in_brackets(text) or _unit(text)) if text else None


def unit_of_line(text: str) -> Unit | None:
    """The unit that a line of the title block states for the whole table (单位：万人)."""
    found = _STATED.search(text) if "单位" in text else None
    return _unit(found[1]) if found else None


def contradictory(units: Sequence[Unit]) -> bool:
    """Whether two of several units cannot both be meant, or one does not count things."""
    return len({one.times for one in units}) > 1 or any(one.kind in ("rate", "money") for one in units)
