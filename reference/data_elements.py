"""The hinge: every data element that a form may report and an indicator may use."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import Field

from reference.strict import Strict

CODE = r"^[a-z][a-z0-9_]*$"


class ValueNote(StrEnum):
    """Why a data value has no number. Absent is never zero."""

    BLANK = "blank"  # the cell was left empty
    NOT_OFFERED = "not_offered"  # -2 in official returns: the service is not provided here
    NOT_COLLECTED = "not_collected"  # 无 (but of deaths, where it is 0), /, 未统计: nobody counted
    DASH = "dash"  # — or -: ambiguous, kept apart
    SUPPRESSED = "suppressed"  # * or <5: hidden by the sender
    INCONSISTENT = "inconsistent"  # a cumulative that falls: no month can be told from it


class DataElement(Strict):
    """One row of data_elements.csv.

    `kind`: count (whole, not negative), amount (decimal), code (one of a list), date, text.
    `adds`: how values add up over time: sum (events) or last (a stock: children living here).
    `decimals`: numbers are kept as whole numbers of 10**-decimals, so that sums are exact.
    """

    code: str = Field(pattern=CODE)
    zh: str
    en: str
    unit_zh: str = ""
    unit_en: str = ""
    kind: Literal["count", "amount", "code", "date", "text"] = "count"
    adds: Literal["sum", "last"] = "sum"
    decimals: int = 0
    topic: str
    codes: str = ""  # of a code element: 3=三级|Level three;2=二级|Level two
    mark: str = "K"
    note: str = ""

    @cached_property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers of things, stored as they are written."""
        return self.kind in ("count", "amount") and self.decimals == 0

    @property
    def code_list(self) -> dict[str, tuple[str, str]]:
        """Code → (Chinese, English) of a code element."""
        pairs = (entry.partition("=") for entry in self.codes.split(";") if entry)
        return {code: (names.partition("|")[0], names.partition("|")[2]) for code, _, names in pairs}


class Category(Strict):
    """One row of categories.csv: a breakdown that forms give and indicators name behind the element, as `births@registered`."""

    code: str = Field(pattern=CODE)
    zh: str
    en: str
    note: str = ""
