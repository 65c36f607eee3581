"""Rules that every row of a case list must keep: when these codes stand there, those must too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loaders.forms import CaseRule, Condition

if TYPE_CHECKING:
    from loaders.case_list import Cases


@dataclass(frozen=True)
class Problem:
    """Rows that break one rule, as Cases.report takes them: (issue code, column, rows, what is shown)."""

    place: tuple[str, int, list[int], list[str]]
    more: Mapping[str, Any]


def broken_rules(cases: Cases) -> Iterator[Problem]:
    """Every broken rule, at the column that breaks it."""
    for rule in cases.harvest.found.edition.case_rules:
        named = [*(one.column for one in (*rule.when, *rule.then)), *rule.given]
        if any(element not in cases.columns for element in named):
            continue
        # A cell that cannot be read has its own issue: what it would have meant for a rule is not guessed.
        unread = frozenset().union(*(cases.columns[element].faulty for element in named))
        concerned = [one for one in _rows_where(cases, rule.when) if cases.rows[one] not in unread]
        words = {"rule_zh": rule.zh, "rule_en": rule.en, "expected": ""}
        if rule.then:
            kept = set(_rows_where(cases, rule.then, any_of=True))
            yield from _problem(
                cases, rule, rule.then[0].column, [one for one in concerned if one not in kept], words
            )
        for element in rule.given:
            values = cases.columns[element].values
            yield from _problem(
                cases, rule, element, [one for one in concerned if values[one] is None], words
            )


def _rows_where(cases: Cases, wanted: Sequence[Condition], any_of: bool = False) -> list[int]:
    """Positions of the cases that meet all (or any) of the conditions."""
    met = [_meeting(cases.columns[one.column].values, one) for one in wanted]
    if not met:
        return [] if any_of else list(range(len(cases.rows)))
    return sorted(set.union(*met) if any_of else set.intersection(*met))


def _meeting(values: list[Any], condition: Condition) -> set[int]:
    good = {value for value in set(values) if condition.met_by(value)}
    return {position for position, value in enumerate(values) if value in good} if good else set()


def _problem(
    cases: Cases, rule: CaseRule, element: str, positions: list[int], words: Mapping[str, Any]
) -> Iterator[Problem]:
    if positions:
        column = cases.columns[element]
        rows = [cases.rows[position] for position in positions]
        code = "case_rule_broken" if rule.severity == "error" else "case_rule_doubtful"
        shown = [column.shown(row) for row in rows[:100]]
        yield Problem((code, column.place, rows, shown), {**cases.harvest.names(element), **words})
