"""The dated exceptions of the reporting calendar: other due days, moved deadlines, holidays, organisations released."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from reference.periods import Period
from reference.strict import Strict

Mark = Literal["S", "K", "?"]


def _is_month(month: int) -> int:
    Period(month, month, "month")
    return month


Month = Annotated[int, AfterValidator(_is_month)]


class DatedRule(Strict):
    """What holds for a form from a month (yyyymm) to another, both included; without `to` it still holds."""

    form: str
    first: Month = Field(alias="from")
    last: Month | None = Field(default=None, alias="to")
    source: str
    mark: Mark = "S"

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> DatedRule:
        if self.last is not None and self.last < self.first:
            raise ValueError("it ends before it begins")
        return self

    def holds(self, form: str, month: int) -> bool:
        """Whether it is about the form and the month."""
        return self.form == form and self.first <= month and (self.last is None or month <= self.last)


class DueDays(DatedRule):
    """Another number of days after the end of the period."""

    days: int = Field(ge=0, le=366)


class Released(DatedRule):
    """An organisation that would owe the form by its level or kind and is not assigned it."""

    organisation: str
    reason_zh: str
    reason_en: str


class Moved(Strict):
    """The deadline of one form's month moved for everybody."""

    form: str
    month: Month
    due: dt.date
    reason_zh: str
    reason_en: str
    source: str
    mark: Mark = "S"

    @model_validator(mode="after")
    def _is_after_its_month(self) -> Moved:
        if self.due <= Period(self.month, self.month, "month").last_day:
            raise ValueError("a report cannot be due before its month is over")
        return self


class Holiday(Strict):
    """Days on which nothing is due: a due day from `first` to `last` moves to `due`."""

    tree: str
    first: dt.date
    last: dt.date
    due: dt.date
    reason_zh: str
    reason_en: str
    source: str
    mark: Mark = "S"

    @model_validator(mode="after")
    def _ends_before_the_due_day(self) -> Holiday:
        if not self.first <= self.last < self.due:
            raise ValueError("a holiday begins, ends, and then things are due, in this order")
        return self


class CalendarRules(Strict):
    """calendar.toml; of several rules that hold, the last one written counts."""

    due_days: tuple[DueDays, ...] = ()
    moved: tuple[Moved, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    released: tuple[Released, ...] = ()

    def days(self, form: str, month: int, usual: int) -> int:
        """Days after the end of the period on which the form is due, `usual` when no rule says otherwise."""
        return next((one.days for one in reversed(self.due_days) if one.holds(form, month)), usual)

    def moved_deadline(self, form: str, month: int) -> Moved | None:
        """The moved deadline of a form's month."""
        return next((one for one in reversed(self.moved) if (one.form, one.month) == (form, month)), None)

    def holiday(self, tree: str, day: dt.date) -> Holiday | None:
        """The holiday that a due day falls on."""
        return next(
            (one for one in reversed(self.holidays) if one.tree == tree and one.first <= day <= one.last),
            None,
        )

    def is_released(self, form: str, organisation: str, month: int) -> bool:
        """Whether an organisation is not assigned the form for the month."""
        return any(one.organisation == organisation and one.holds(form, month) for one in self.released)


NO_EXCEPTIONS = CalendarRules()
