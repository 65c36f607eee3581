"""Grades over time: what became of one institution, what happens to a share if nothing is renewed, and who could move it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from indicators.definition import Definition
from indicators.grading import ELEMENTS, HOLDING, RULES, Standing
from indicators.results import Context


class Step(StrEnum):
    """How near an institution below its target grade is to it."""

    IN_HAND = "in_hand"  # applied, or under review
    LAPSED = "lapsed"  # held the grade, which has ended or was withdrawn
    UNCLEAR = "unclear"  # a source names the level, not the class
    BELOW = "below"  # graded, and lower
    NOT_GRADED = "not_graded"
    NOT_ON_RECORD = "not_on_record"


@dataclass(frozen=True)
class Candidate:
    """An institution that does not count toward the share, and what it would take."""

    standing: Standing
    step: Step


@dataclass(frozen=True)
class Spell:
    """One grade of an institution; `recorded`: the month (yyyymm) of the register that says so, None for a reference row."""

    grade_level: int
    grade_class: str
    status: str
    begins: dt.date | None
    ends: dt.date | None
    document: str
    source: str
    source_zh: str
    recorded: int | None


def counted(definition: Definition, standings: Sequence[Standing]) -> list[Standing]:
    """The institutions that a share of the register speaks of."""
    return [one for one in standings if one.level in definition.register_levels]


def if_nothing_is_renewed(
    definition: Definition, standings: Sequence[Standing], days: Sequence[dt.date]
) -> list[int]:
    """How many would still be at the target on each day, were no grade renewed or gained."""
    rule = RULES[definition.register_rule]
    holding = [one for one in counted(definition, standings) if rule(one)]
    return [sum(one.valid_to is None or one.valid_to >= day for one in holding) for day in days]


def ending(standings: Sequence[Standing], within: int) -> list[Standing]:
    """Grades that count now and end within so many days, the soonest first."""
    found = [
        one
        for one in standings
        if one.status in HOLDING and one.days_to_expiry is not None and 0 <= one.days_to_expiry <= within
    ]
    return sorted(found, key=lambda one: (one.days_to_expiry or 0, one.institution))


def candidates(definition: Definition, standings: Sequence[Standing]) -> list[Candidate]:
    """Who does not count toward the share, the nearest to it first."""
    rule = RULES[definition.register_rule]
    found = [
        Candidate(one, _step(definition, one)) for one in counted(definition, standings) if not rule(one)
    ]
    order = list(Step)
    return sorted(
        found,
        key=lambda one: (order.index(one.step), -(one.standing.grade_level or 0), one.standing.institution),
    )


def _step(definition: Definition, one: Standing) -> Step:
    if one.status == "unknown":
        return Step.NOT_ON_RECORD
    if one.status in ("applied", "under_review"):
        return Step.IN_HAND
    if RULES[definition.register_rule](replace(one, status="graded")):
        return Step.LAPSED
    if one.meets_target is None and one.grade_level:
        return Step.UNCLEAR
    return Step.NOT_GRADED if one.status == "not_graded" else Step.BELOW


def history(context: Context, institution: str) -> list[Spell]:
    """Every grade on record of an institution, oldest first; the same grade stated again is one spell."""
    found = [
        Spell(
            one.level, one.grade_class, "graded", one.valid_from, one.valid_to, one.document, one.source,
            one.source_zh or one.source, None,
        )
        for one in context.registry.grades
        if one.institution == institution
    ]  # fmt: skip
    found += _registered(context, institution)
    spells: dict[tuple[object, ...], Spell] = {}
    for one in found:  # the register's word replaces the reference row's on the same grade
        spells[one.grade_level, one.grade_class, one.begins] = one
    return sorted(spells.values(), key=lambda one: (one.begins or dt.date.min, one.recorded or 0))


def _registered(context: Context, institution: str) -> list[Spell]:
    frame = context.values(elements=list(ELEMENTS), organisations=[institution])
    rows: dict[int, dict[str, str]] = {}
    columns = (frame[name].tolist() for name in ("month", "element", "text"))
    for month, element, text in zip(*columns, strict=True):
        rows.setdefault(month, {})[element] = text or ""
    return [
        Spell(
            int(row.get("grade_level") or 0),
            row.get("grade_class", ""),
            row.get("grade_status") or "graded",
            _day(row.get("grade_valid_from", "")),
            _day(row.get("grade_valid_to", "")),
            row.get("grade_document", ""),
            "",
            "",
            month,
        )
        for month, row in sorted(rows.items())
        if row.get("grade_level")
    ]


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
