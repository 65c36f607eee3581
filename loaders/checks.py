"""Logic checks (审核关系): the kinds that forms may name, each a small function over one organisation's readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from loaders.forms import Check, Edition
from loaders.issues import Issue
from loaders.outcome import Reading
from reference.data_elements import ValueNote
from reference.registry import Registry

Held = Mapping[tuple[str, str], Reading]


@dataclass(frozen=True)
class Case:
    """One check applied to one organisation's readings in one breakdown."""

    check: Check
    held: Held
    category: str

    def reading(self, element: str) -> Reading | None:
        """The reading of an element, or of element@category."""
        code, _, category = element.partition("@")
        return self.held.get((code, category or self.category))

    def value(self, element: str) -> int | None:
        """Its number, if it has one."""
        reading = self.reading(element)
        return reading.value if reading else None

    def total(self, elements: tuple[str, ...]) -> int | None:
        """The sum of several; None when any is absent, because absent is not zero."""
        values = [self.value(element) for element in elements]
        return None if None in values or not values else sum(value for value in values if value is not None)


def at_most(case: Case) -> Iterator[tuple[str, str, str]]:
    """`element` ≤ sum of `limit`."""
    value, limit = case.value(case.check.element), case.total(case.check.limit)
    if value is not None and limit is not None and value > limit:
        yield case.check.element, f"{value:,}", f"≤ {limit:,}"


def sums_to(case: Case) -> Iterator[tuple[str, str, str]]:
    """`element` = sum of `parts`."""
    value, total = case.value(case.check.element), case.total(case.check.parts)
    if value is not None and total is not None and value != total:
        yield case.check.element, f"{value:,}", f"= {total:,}"


def ratio(case: Case) -> Iterator[tuple[str, str, str]]:
    """`low` ≤ element / of ≤ `high`."""
    value, base = case.value(case.check.element), case.value(case.check.of)
    if value is None or not base:
        return
    low, high = case.check.low, case.check.high
    if (low is not None and value < low * base) or (high is not None and value > high * base):
        yield (
            case.check.element,
            f"{value:,} / {base:,} = {value / base:.2f}",
            f"{'' if low is None else low} – {'' if high is None else high}",
        )


def within_range(case: Case) -> Iterator[tuple[str, str, str]]:
    """`low` ≤ element ≤ `high`."""
    value, low, high = case.value(case.check.element), case.check.low, case.check.high
    if value is not None and ((low is not None and value < low) or (high is not None and value > high)):
        yield (
            case.check.element,
            f"{value:,}",
            f"{'' if low is None else low} – {'' if high is None else high}",
        )


def implies(case: Case) -> Iterator[tuple[str, str, str]]:
    """When `element` is above zero, each of `parts` must be given."""
    if case.value(case.check.element):
        for part in case.check.parts:
            reading = case.reading(part)
            if reading is not None and reading.value is None and reading.note == ValueNote.BLANK:
                yield part, "", "≥ 0"


def required(case: Case) -> Iterator[tuple[str, str, str]]:
    """`element` must be given; a stated note such as 未开展 is an answer too."""
    reading = case.reading(case.check.element)
    if (
        reading is not None
        and reading.value is None
        and not reading.text
        and reading.note in ("", ValueNote.BLANK)
    ):
        yield case.check.element, "", ""


KINDS: Mapping[str, Callable[[Case], Iterator[tuple[str, str, str]]]] = {
    "at_most": at_most,
    "sums_to": sums_to,
    "ratio": ratio,
    "range": within_range,
    "implies": implies,
    "required": required,
}


def run_checks(
    edition: Edition, held: Held, registry: Registry, who: Mapping[str, str], form: str, organisation: str
) -> list[Issue]:
    """Every failed check of one organisation, each at the cell of the element at fault; `who` holds its names."""
    issues = []
    for check in edition.checks_of_the_file if edition.parts else _not_plainly_held(edition, held):
        for category in _breakdowns(edition, check, held) if edition.parts else _WHOLE:
            if check.kind in _COMPARED and _plainly_holds(check, held, category):
                continue
            case = Case(check, held, category)
            for element, found, expected in KINDS[check.kind](case):
                parameters = {**_names(case, element, registry), **who, "expected": expected}
                issues.append(_issue(case, element, found, parameters, form, organisation))
    return issues


_WHOLE = ("",)
_COMPARED = ("at_most", "sums_to")


def _not_plainly_held(edition: Edition, held: Held) -> list[Check]:
    """The checks of a form without breakdowns that need a closer look; nearly all are passed over here, at little cost."""
    value_of = {key: reading[2] for key, reading in held.items()}.get
    rest = []
    for check, wanted, others, equal in edition.comparisons:
        if not others:
            rest.append(check)
            continue
        if (most := value_of(wanted)) is None:
            continue
        total = 0
        for key in others:
            if (value := value_of(key)) is None:
                break
            total += value
        else:
            if most > total or (equal and most != total):
                rest.append(check)
    return rest


def _plainly_holds(check: Check, held: Held, category: str) -> bool:
    """A quick look that passes nearly every check of comparison; False where a closer look is needed."""
    wanted, parts = _keys(check.element, check.limit or check.parts, category)
    found = held.get(wanted)
    if found is None or (most := found.value) is None:
        return True
    total = 0
    for key in parts:
        reading = held.get(key)
        if reading is None or (value := reading.value) is None:
            return True
        total += value
    return most <= total if check.kind == "at_most" else most == total


@cache
def _keys(
    element: str, others: tuple[str, ...], category: str
) -> tuple[tuple[str, str], tuple[tuple[str, str], ...]]:
    """The keys of a check's element and of what it is compared with."""
    return _key(element, category), tuple(_key(one, category) for one in others)


@cache
def _key(element: str, category: str) -> tuple[str, str]:
    code, _, own = element.partition("@")
    return code, own or category


def _breakdowns(edition: Edition, check: Check, held: Held) -> tuple[str, ...]:
    """The parts where every element concerned is broken down, so that a fault is found at the cell that was typed; else the whole."""
    parts = edition.parts
    if not parts or check.kind in ("ratio", "range"):
        return ("",)
    elements = [check.element, *check.limit, *check.parts]
    typed = [(element.partition("@")[0], part) in held for element in elements for part in parts]
    return parts if all(typed) else ("",)


def _names(case: Case, element: str, registry: Registry) -> dict[str, str]:
    names = registry.element(element.partition("@")[0])
    rule = {"rule_zh": case.check.zh, "rule_en": case.check.en}
    return {"element": names.code, "name_zh": names.zh, "name_en": names.en, **rule}


def _justifying(check: Check) -> dict[str, Any]:
    """What the sender may do when a check fails and the numbers are true."""
    if check.severity == "warning":
        return {
            "justify_zh": "；如确属实可以保留，并在“情况说明”里写明",
            "justify_en": "; if they are true, keep them and explain",
        }
    if check.justify:
        return {
            "justifiable": True,
            "justify_zh": "；如确属实，请在退回文件的“情况说明”栏写明原因后再传",
            "justify_en": "; if they are true, explain so beside the issue in the returned file, and send it again",
        }
    return {"justify_zh": "", "justify_en": ""}


def _issue(
    case: Case, element: str, found: str, parameters: Mapping[str, Any], form: str, organisation: str
) -> Issue:
    reading = case.reading(element)
    if case.check.kind not in ("required", "implies"):
        parameters = {**parameters, **_justifying(case.check)}
    code = "required_missing" if case.check.kind in ("required", "implies") else "check_failed"
    sheet, cell = (reading.sheet, reading.cell) if reading else ("", "")
    return Issue(code, sheet, cell, found, parameters, case.check.severity, form, organisation)
