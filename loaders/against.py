"""Checks that need more than the file: a sender's own earlier months, and other forms of the same month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from loaders.forms import Check, Form
from loaders.intake import Desk
from loaders.issues import Issue
from loaders.known import Known
from loaders.outcome import Outcome
from loaders.plausible import implausible
from loaders.relabelled import Repeat, issues_of, probes, repeats
from reference.periods import month_add
from store.arrivals import Arrival
from store.database import Store
from store.records import SubmissionRecord, ValueRecord
from store.wholes import wholes

BACK = 12  # months looked back
LIMIT = 6.0  # yardsticks, where a check states none
Explained = Mapping[tuple[str, str, str], str]  # (sheet, cell, issue code) → what the sender wrote


def compare(
    store: Store, desk: Desk, arrivals: Sequence[Arrival], outcomes: Sequence[Outcome]
) -> list[list[Issue]]:
    """For each arrival the warnings that follow from what the store holds and from the other arrivals."""
    records = [[one.record for one in arrival.submissions] for arrival in arrivals]
    everything = [one for several in records for one in several]
    wanted = _elements(desk, everything)
    if not wanted:
        return [[] for _ in arrivals]
    known = _known(store, wanted, everything)
    for one in everything:
        for value in one.values:
            if value.element in wanted and not value.category and value.value is not None:
                known.put((one.form, value.element, one.organisation), one.month, one.span, value.value)
    repeated: dict[int, Repeat] = {
        id(one.record): one for one in repeats(desk, everything, known, partial(_wholes, store))
    }
    return [
        [
            *issues_of(desk, [repeated[id(one)] for one in several if id(one) in repeated], outcome),
            *(issue for one in several for issue in _of(desk, one, known, outcome.explained)),
        ]
        for several, outcome in zip(records, outcomes, strict=True)
    ]


def _checks(desk: Desk, record: SubmissionRecord) -> tuple[Check, ...]:
    form = desk.forms.get(record.form)
    edition = next((one for one in form.editions if one.code == record.edition), form.editions[-1])
    return edition.checks_against_the_store


def _elements(desk: Desk, asked: Sequence[SubmissionRecord]) -> set[str]:
    """The elements that the checks of these submissions name, here or in another form, and the probes of their forms."""
    editions = {(one.form, one.edition): one for one in asked}
    checks = [check for one in editions.values() for check in _checks(desk, one)]
    named = {check.element for check in checks} | {check.of for check in checks if check.kind == "agrees"}
    return named.union(*(probes(desk.forms.get(form), desk) for form in {one.form for one in asked}))


def _known(store: Store, elements: set[str], asked: Sequence[SubmissionRecord]) -> Known:
    """What the store holds of the elements, for these senders, from a year before to a year after."""
    months = [one.month for one in asked]
    senders = {one.organisation for one in asked}
    return _wholes(store, elements, senders, month_add(min(months), -BACK), month_add(max(months), BACK))


def _wholes(store: Store, elements: set[str], senders: set[str], first: int, last: int) -> Known:
    known = Known()
    for one in wholes(store, elements, senders, first, last):
        known.put((one.form, one.element, one.organisation), one.month, one.span, one.value)
    return known


def _of(desk: Desk, record: SubmissionRecord, known: Known, said: Explained) -> Iterator[Issue]:
    cells = {value.element: value for value in record.values if not value.category}
    for check in _checks(desk, record):
        here = cells.get(check.element)
        if here is None or here.value is None:
            continue
        made = _changed if check.kind == "change" else _disagrees
        if found := made(desk, record, check, here, known):
            code, parameters = found
            words = said.get((here.sheet, here.cell, code), "")
            answered = {"said_zh": f"；已说明：{words}", "said_en": f"; explained: {words}"} if words else {}
            names = {"justification": words} if words else {}
            empty = {"said_zh": "", "said_en": ""}
            yield Issue(
                code, here.sheet, here.cell, f"{here.value:,}", {**_names(desk, record, check), **empty, **answered, **names, **parameters},
                form=record.form, organisation=record.organisation, month=record.month,
            )  # fmt: skip


def _names(desk: Desk, record: SubmissionRecord, check: Check) -> dict[str, str]:
    who, element = desk.registry.organisations.get(record.organisation), desk.registry.element(check.element)
    return {
        "element": element.code, "name_zh": element.zh, "name_en": element.en, "who_zh": who.zh, "who_en": who.en,
        "rule_zh": check.zh, "rule_en": check.en,
    }  # fmt: skip


def _changed(
    desk: Desk, record: SubmissionRecord, check: Check, here: ValueRecord, known: Known
) -> tuple[str, dict[str, object]] | None:
    history = known.history((record.form, check.element, record.organisation), record.span)
    assert here.value is not None
    usual = implausible(here.value, record.month, history, check.high or LIMIT)
    if usual is None:
        return None
    return "change_implausible", {
        "months": usual.months, "middle": f"{usual.middle:,.0f}", "low": f"{usual.low:,}", "high": f"{usual.high:,}",
    }  # fmt: skip


def _disagrees(
    desk: Desk, record: SubmissionRecord, check: Check, here: ValueRecord, known: Known
) -> tuple[str, dict[str, object]] | None:
    other = known.at((check.form, check.of, record.organisation), record.month, record.span)
    if other is None or other == here.value:
        return None
    form: Form = desk.forms.get(check.form)
    element = desk.registry.element(check.of)
    return "forms_disagree", {
        "other": f"{other:,}", "form_zh": form.zh, "form_en": form.en, "other_name_zh": element.zh, "other_name_en": element.en,
    }  # fmt: skip
