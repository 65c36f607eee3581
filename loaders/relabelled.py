"""Returns that say again what another month of the same sender said: last month's workbook with its period changed.

Such numbers pass every other check, since they were true once. Few are asked about at first (`probes`), so that loading
many files stays quick; only where these agree with another month are all numbers of the two held against each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders.forms import Form
from loaders.intake import Desk
from loaders.issues import Issue
from loaders.known import Known
from loaders.outcome import Outcome, Stated
from loaders.plausible import ENOUGH, alike, enough
from reference.periods import Period, month_add, named_run
from store.records import SubmissionRecord

PROBES = 4  # elements of a form that are looked at first, at least
SHOWN = 5  # organisations that a message names
Fetch = Callable[[set[str], set[str], int, int], Known]  # elements, organisations, first and last month
_NOWHERE = Stated("", "", "")


@dataclass(frozen=True)
class Repeat:
    """One return, the month whose numbers it repeats, and how many of its numbers are the same."""

    record: SubmissionRecord
    month: int
    same: int
    of: int


def probes(form: Form, desk: Desk) -> set[str]:
    """The elements of a form that are looked at first; none of a form whose numbers may well stay as they are."""
    if form.frequency == "change" or form.cumulative_from_month:
        return set()
    sums = [one for one in form.editions[-1].elements if is_event(one, desk)]
    checked = {check.element for one in form.editions for check in one.checks_against_the_store} & set(sums)
    return checked | set(sums[: max(0, PROBES - len(checked))]) if len(sums) >= ENOUGH else set()


def is_event(element: str, desk: Desk) -> bool:
    """Whether an element counts what happens in a month; children living here are as many next month."""
    found = desk.registry.element(element)
    return found.kind in ("count", "amount") and found.adds == "sum"


def numbers_of(record: SubmissionRecord, desk: Desk) -> dict[str, int]:
    """The record's wholes of events."""
    return {
        one.element: one.value
        for one in record.values
        if one.value is not None and not one.category and is_event(one.element, desk)
    }


def repeats(desk: Desk, records: Sequence[SubmissionRecord], known: Known, fetch: Fetch) -> list[Repeat]:
    """The records that repeat another month; `known` holds the probes of all senders' neighbouring months."""
    maybe: list[tuple[SubmissionRecord, dict[str, int], list[int]]] = []
    for one in records:
        wanted = probes(desk.forms.get(one.form), desk)
        if not wanted or one.cumulative_from or not enough(numbers := numbers_of(one, desk)):
            continue
        if agreeing := _agreeing(one, wanted, numbers, known):
            maybe.append((one, numbers, agreeing))
    if not maybe:
        return []
    months = [month for _, _, several in maybe for month in several]
    elements = {element for _, numbers, _ in maybe for element in numbers}
    held = fetch(elements, {one.organisation for one, _, _ in maybe}, min(months), max(months))
    for one in records:
        for element, value in numbers_of(one, desk).items():
            held.put((one.form, element, one.organisation), one.month, one.span, value)
    found = []
    for one, numbers, several in maybe:
        for month in several:
            others = {
                element: there
                for element in numbers
                if (there := held.at((one.form, element, one.organisation), month, one.span)) is not None
            }
            if counted := alike(numbers, others):
                found.append(Repeat(one, month, *counted))
                break
    return found


def _agreeing(
    record: SubmissionRecord, wanted: set[str], numbers: Mapping[str, int], known: Known
) -> list[int]:
    """Other months in which at least half of the probes are as here, the nearest first."""
    same: dict[int, int] = defaultdict(int)
    given = [element for element in wanted if numbers.get(element)]
    for element in given:
        history = known.history((record.form, element, record.organisation), record.span)
        for month, value in history.items():
            same[month] += value == numbers[element]
    months = [month for month, count in same.items() if month != record.month and 2 * count >= len(given)]
    return sorted(months, key=lambda month: (abs(month - record.month), month))


def issues_of(desk: Desk, found: Sequence[Repeat], outcome: Outcome) -> Iterator[Issue]:
    """One question for each form and pair of months of a file, at the cell that states the period."""
    groups: dict[tuple[str, str, str, int, int, int], list[Repeat]] = defaultdict(list)
    for one in found:
        record = one.record
        where = outcome.stated.get((record.form, record.organisation, record.month), _NOWHERE)
        key = (where.sheet, where.period_cell, record.form, record.month, record.span, one.month)
        groups[key].append(one)
    for (sheet, cell, form, month, span, other), several in groups.items():
        words = outcome.explained.get((sheet, cell, "month_repeated"), "")
        here, there = _period(month, span), _period(other, span)
        names = [desk.registry.organisations.get(one.record.organisation) for one in several]
        more = len(names) - SHOWN
        yield Issue(
            "month_repeated", sheet, cell, here.code,
            {
                "who_zh": "、".join(one.zh for one in names[:SHOWN]) + (f"等{len(names)}个单位" if more > 0 else ""),
                "who_en": ", ".join(one.en for one in names[:SHOWN]) + (f" and {more} more" if more > 0 else ""),
                "here_zh": here.label("zh"), "here_en": here.label("en"),
                "other_zh": there.label("zh"), "other_en": there.label("en"),
                "same": sum(one.same for one in several), "of": sum(one.of for one in several),
                "said_zh": f"；已说明：{words}" if words else "", "said_en": f"; explained: {words}" if words else "",
                **({"justification": words} if words else {}),
            },
            form=form, organisation=several[0].record.organisation if len(several) == 1 else "", month=month,
        )  # fmt: skip


def _period(month: int, span: int) -> Period:
    return named_run(month_add(month, 1 - span), month)
