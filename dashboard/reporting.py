"""Who owes which report in the area of a visit: the calendar of some months, and who must be reminded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from dashboard.texts import Texts
from dashboard.visit import Visit
from indicators.reporting import RECEIVED, RUNNING, Entry, State, tally
from loaders.forms import Form
from reference.periods import month_add, month_of, month_period, month_range

MONTHS = 12


@dataclass(frozen=True)
class Line:
    """One form: received and expected for each month."""

    form: str
    name: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Calendar:
    """The months shown and a line for each form that anybody here owes."""

    months: tuple[int, ...]
    lines: tuple[Line, ...]


def calendar(visit: Visit, area: str, first: int, last: int) -> Calendar:
    """The reports of an area from one month to another; only owed reports are counted."""
    months = month_range(first, last).months
    lines = []
    for form in forms_of(visit):
        counts = []
        found = [
            one for one in visit.answers.calendar(form.duty, first, last, visit.today) if area in one.areas
        ]
        for month in months:
            counted = tally(one for one in found if one.month == month)
            counts.append((counted.received, counted.expected))
        if any(expected for _, expected in counts):
            lines.append(Line(form.code, visit.texts.pick(form.zh, form.en), tuple(counts)))
    return Calendar(months, tuple(lines))


def forms_of(visit: Visit) -> list[Form]:
    """The periodic forms of the tree in view."""
    forms = visit.workspace.forms.by_code.values()
    return [form for form in forms if form.tree == visit.view.tree.code and form.duty.span]


@dataclass(frozen=True)
class Desk:
    """The calendar that a page shows: one form, twelve months up to the chosen one, the area in view."""

    visit: Visit
    form: Form

    @cached_property
    def begins(self) -> int | None:
        """The first month with data: what came before this installation is asked of nobody. None where there are no data."""
        held = self.visit.answers.months(self.visit.view.tree.code)
        return held[0] if held else None

    @cached_property
    def last(self) -> int:
        """The newest month shown: the period's last if one was chosen, never one that is not over nor before the first data."""
        over = month_add(month_of(self.visit.today), -1)
        newest = min(self.visit.view.period.last, over) if self.visit.view.period_given else over
        newest = max(newest, min(self.begins or newest, over))
        return month_add(
            newest, -(newest % 100 % max(self.form.duty.span, 1))
        )  # a quarter that is not over has no returns

    @property
    def earliest(self) -> int:
        """The first month that would be shown had there been data."""
        return month_add(self.last, 1 - MONTHS * (1 if self.form.duty.span <= 1 else 2))

    @cached_property
    def months(self) -> tuple[int, ...]:
        """The months shown, oldest first; those of longer periods are the months in which a period ends."""
        span = max(self.form.duty.span, 1)
        first = max(self.earliest, self.begins or 0)
        return tuple(month for month in month_range(first, self.last).months if month % 100 % span == 0)

    @cached_property
    def entries(self) -> list[Entry]:
        """What the form's calendar says of the area and all below it."""
        if not self.months:
            return []
        area = self.visit.view.area.code
        found = self.visit.answers.calendar(self.form.duty, self.months[0], self.months[-1], self.visit.today)
        shown = [one for one in found if area in one.areas and one.month in self.months]
        return self.visit.within_reach(shown)

    def of_month(self, month: int) -> list[Entry]:
        """The entries of one month."""
        return [one for one in self.entries if one.month == month]

    @cached_property
    def choices(self) -> tuple[int, ...]:
        """The months one may choose as the newest: three years of those that are over, newest first, from the first data on."""
        over, span = month_add(month_of(self.visit.today), -1), max(self.form.duty.span, 1)
        months = month_range(max(month_add(over, -35), min(self.begins or 0, over)), over).months
        return tuple(sorted((one for one in {*months, self.last} if one % 100 % span == 0), reverse=True))

    @cached_property
    def to_remind(self) -> list[list[Entry]]:
        """Each sender's reports that have not come, oldest first; the senders that owe most come first."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for one in self.entries:
            if one.state is State.MISSING or one.state in RUNNING:
                groups[one.organisation].append(one)
        found = [sorted(group, key=lambda one: one.month) for group in groups.values()]
        return sorted(found, key=lambda group: (-len(group), group[0].organisation))


def open_desk(visit: Visit) -> Desk | None:
    """The calendar of the form in the address, else of the one owed most often in the area; None when nobody owes any."""
    asked = visit.view.extra.get("form", "")
    forms = forms_of(visit)
    chosen = [form for form in forms if form.code == asked]
    for form in chosen or sorted(forms, key=lambda one: one.duty.span):
        desk = Desk(visit, form)
        if desk.entries or chosen:
            return desk
    return None


def place(visit: Visit, entry: Entry) -> str:
    """The sender's name with the area above it."""
    on = month_period(entry.month).last_day
    organisations = visit.registry.organisations
    one = organisations.get(entry.organisation, on)
    above = organisations.get(one.parent, on) if one.parent and one.parent != visit.view.tree.root else None
    name, language = one.name(visit.view.language), visit.view.language
    if above is None or above.name(language) in name:  # 南明区妇幼保健院 says itself where it is
        return name
    return f"{above.name(language)}{name}" if visit.texts.is_chinese else f"{name}, {above.name(language)}"


def reminder(visit: Visit, form: Form, owed: Sequence[Entry]) -> str:
    """One sentence to send to one sender: which reports, due when, and how long ago."""
    t = visit.texts
    late = [one for one in owed if one.state is State.MISSING]
    oldest = (late or list(owed))[0]
    assert oldest.due is not None
    said = {
        "place": place(visit, oldest),
        "months": month_words([one.month for one in (late or owed)], form.duty.span, t),
        "form": t.pick(form.zh, form.en),
        "due": t.date(oldest.due),
    }
    if not late:
        return t("{place}：{months}《{form}》请于{due}前报送。", **said)
    days = (visit.today - oldest.due).days
    if len(late) == 1:
        return t(
            "{place}：{months}《{form}》应于{due}前报送，已逾期 {days} 天，至今未收到。", days=days, **said
        )
    return t(
        "{place}：{months}《{form}》共 {count} 份至今未收到，最早一份应于{due}前报送，已逾期 {days} 天。",
        days=days, count=len(late), **said,
    )  # fmt: skip


def month_words(months: Sequence[int], span: int, texts: Texts) -> str:
    """Months in words, three or more in a row (of a quarterly form: quarters) as from the first to the last."""
    runs: list[list[int]] = []
    for month in months:
        if runs and month == month_add(runs[-1][-1], max(span, 1)):
            runs[-1].append(month)
        else:
            runs.append([month])
    return texts("、").join(
        texts("{first}至{last}", first=texts.month(run[0]), last=texts.month(run[-1])) if len(run) > 2 else texts("、").join(map(texts.month, run))
        for run in runs
    )  # fmt: skip


def newest_tally(desk: Desk) -> dict[str, int]:
    """State → how many reports of the newest month are in it, with the zero reports among those received."""
    found = desk.of_month(desk.last)
    counts = {state.value: sum(one.state is state for one in found) for state in State}
    zero = [one for one in found if one.state in RECEIVED and one.receipt and one.receipt.zero]
    return counts | {"zero": len(zero)}


def can_be_put_off(entries: Sequence[Entry]) -> list[Entry]:
    """Reports for which an extension makes sense: not come, or come late."""
    return [one for one in entries if one.state in RUNNING or one.state in (State.MISSING, State.LATE)]
