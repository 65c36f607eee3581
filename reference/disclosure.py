"""Which small numbers are hidden in public releases, and what one release holds: the rules of disclosure.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from reference import periods
from reference.periods import Period, month_add
from reference.strict import DefinitionError, Strict, read_toml, suggest


class DisclosureClass(Strict):
    """Counts from 1 to `below` − 1 are hidden."""

    code: str
    below: int = Field(ge=0)
    zh: str
    en: str
    note_zh: str
    note_en: str
    source: str
    mark: str


class ReleasePlan(Strict):
    """What one public release holds: a year, cut into runs of so many months each, at these levels."""

    tree: str
    year: Literal["statistical_year", "year"]
    months: tuple[int, ...]
    levels: tuple[str, ...]

    def year_of(self, month: int) -> Period:
        """The year that a month (yyyymm) lies in."""
        if self.year == "year":
            return periods.calendar_year(month // 100)
        return periods.statistical_year(month_add(month, 12 - periods.FIRST_STATISTICAL_MONTH + 1) // 100)

    def runs(self, year: Period) -> tuple[Period, ...]:
        """Every run of months that a release of the year holds, the longest first."""
        return tuple(
            periods.named_run(month_add(year.first, start), month_add(year.first, start + span - 1))
            for span in sorted(self.months, reverse=True)
            for start in range(0, 12, span)
        )


class Nested(Strict):
    """`part` is counted among `whole`."""

    part: str
    whole: str


class DisclosureRules(Strict):
    """disclosure.toml."""

    classes: tuple[DisclosureClass, ...]
    release: ReleasePlan
    nested: tuple[Nested, ...] = ()

    def get(self, code: str) -> DisclosureClass:
        """The class; raises DefinitionError naming the nearest one."""
        for one in self.classes:
            if one.code == code:
                return one
        known = [one.code for one in self.classes]
        raise DefinitionError(f"unknown disclosure class '{code}'{suggest(code, known)}")


@cache
def disclosure_rules() -> DisclosureRules:
    """The rules as shipped."""
    return read_toml(Path(__file__).with_name("disclosure.toml"), DisclosureRules)
