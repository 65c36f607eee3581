"""Flags: who falls behind and why, each a sentence in both languages with the numbers it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from indicators import unfit
from indicators.board import Board
from indicators.family import Finding, question
from indicators.flag_words import flag_of
from indicators.grade_flags import grade_flags
from indicators.looking_ahead import will_miss
from indicators.report_flags import missing_reports
from indicators.result import Comparison, Flag, Reason, Result
from indicators.results import Context
from indicators.signals import people_to_be_certain
from reference.periods import Period


def find_flags(
    context: Context, organisations: Sequence[str], period: Period, indicators: Sequence[str] | None = None
) -> list[Flag]:
    """All flags of the organisations in the period, most severe first, then the widest gap.

    Each is looked at among all of its level and all indicators, and `organisations` and `indicators` only choose from what
    is found there: an area is flagged on one page exactly when it is on another. Without `indicators`, all of the catalogue
    are told. Raises DefinitionError for an unknown indicator.
    """
    codes = _codes(context, indicators)
    flags: list[Flag] = []
    for family in _families(context, organisations, period):
        seen = _of_family(context, *family, period)
        wanted = set(family[2])
        flags += [one for one in seen.flags if one.organisation in wanted and one.indicator in codes]
        silent = [
            one for one in seen.silent if one.result.organisation in wanted and one.result.indicator in codes
        ]
        flags += missing_reports(context, silent, period)
    if any(context.catalogue.get(code).method == "register" for code in codes):
        flags += grade_flags(context, organisations, period)
    kinds = context.registry.flagging(period.last_day).kinds
    return sorted(
        (one for one in flags if one.kind in kinds),
        key=lambda one: (one.severity, -(one.gap or 0), one.organisation, one.indicator),
    )


def find_watched(
    context: Context, organisations: Sequence[str], period: Period, indicators: Sequence[str] | None = None
) -> list[Flag]:
    """Areas short of a target whose date has come, where it may be chance: no flags, but what it would take to be certain.

    Chance either of the area's own few people, or, where its interval alone leaves the target out, of as many counts as are
    looked at together: those are the widest list of who is not told as behind, so that no area short of a target is in neither.
    """
    codes, found = _codes(context, indicators), []
    for family in _families(context, organisations, period):
        seen = _of_family(context, *family, period)
        told = {(one.organisation, one.indicator) for one in seen.flags if one.kind == "behind_target"}
        wanted = {(area, code) for area in family[2] for code in codes} - told - seen.doubted
        for one in seen.results:
            if (one.organisation, one.indicator) in wanted and _is_watched(one):
                found.append(flag_of(context, _watched(context, seen, one, period), period))
    return sorted(found, key=lambda one: (-(one.gap or 0), one.organisation, one.indicator))


def _codes(context: Context, indicators: Sequence[str] | None) -> frozenset[str]:
    if indicators is None:
        return frozenset(context.catalogue.by_code)
    return frozenset(context.catalogue.get(one).code for one in indicators)


def _families(
    context: Context, organisations: Sequence[str], period: Period
) -> list[tuple[str, str, tuple[str, ...]]]:
    """Tree, level and those asked for, of each level that is asked about."""
    groups: dict[tuple[str, str], list[str]] = {}
    for code in dict.fromkeys(organisations):
        one = context.registry.organisations.get(code, period.last_day)
        groups.setdefault((one.tree, one.level), []).append(code)
    return [(tree, level, tuple(codes)) for (tree, level), codes in groups.items()]


@dataclass(frozen=True)
class _Seen:
    """A level's flags, what is not judged for want of reports or as doubtful, and the results all rests on.

    `looked_at`: how many counts were held against their targets; `bar`: the p at which one more would be told as behind.
    """

    flags: tuple[Flag, ...]
    silent: tuple[Finding, ...]
    results: tuple[Result, ...]
    doubted: frozenset[tuple[str, str]]
    looked_at: int
    bar: float


def _of_family(context: Context, tree: str, level: str, asked: Sequence[str], period: Period) -> _Seen:
    """What is seen on a level; kept for each version of the data."""
    there = question(context, tree, level, period)
    strangers = sorted(set(asked) - set(there.areas))  # areas that did not exist on the period's last day
    family = question(context, tree, level, period, strangers) if strangers else there
    return context.kept(
        ("flags", family.tree, family.level, family.areas, period), lambda: _look(Board(family))
    )


def _look(board: Board) -> _Seen:
    doubtful = unfit.doubtful(board)
    doubted = {(one.result.organisation, code) for one in doubtful for code in one.numbers["indicators"]}
    found = [*board.behind(), *board.worsening(), *board.outlying(), *will_miss(board)]
    found = [one for one in found if _about(one) not in doubted]
    found += [*unfit.unjudged(board, Reason.IMPLAUSIBLE), *doubtful]
    behind = {_about(one) for one in found if one.kind in ("behind_target", "behind_pooled")}
    flags = tuple(
        flag_of(board.context, one, board.period, also_behind=_about(one) in behind)
        for one in found
        if not (one.kind == "will_miss" and _about(one) in behind)
    )
    silent = tuple(unfit.unjudged(board, Reason.REPORTS_MISSING))
    return _Seen(flags, silent, board.results, frozenset(doubted), board.looked_at, board.bar)


def _about(finding: Finding) -> tuple[str, str]:
    return finding.result.organisation, finding.result.indicator


def _is_watched(result: Result) -> bool:
    due = result.target is not None and result.target.due
    return due and result.comparison in (Comparison.SIMILAR, Comparison.WORSE) and bool(result.gap)


def _watched(context: Context, seen: _Seen, result: Result, period: Period) -> Finding:
    """What is watched, with how many people (births …) at the same share or rate would settle it, and in how many months."""
    definition = context.catalogue.get(result.indicator)
    is_alone = result.comparison is Comparison.SIMILAR
    kind = "watch" if is_alone else "watch_among_many"
    numbers: dict[str, int | None] = {"needed": None, "needed_months": None, "looked_at": seen.looked_at}
    assert result.target is not None
    assert result.value is not None
    assert result.denominator
    if definition.method not in ("proportion", "rate"):
        return Finding(kind, result, numbers, result.gap)
    needed = people_to_be_certain(
        result.value / definition.multiplier,
        result.target.value / definition.multiplier,
        0.95 if is_alone else 1 - seen.bar,
        is_share=definition.method == "proportion",
    )
    if needed is not None:
        if not is_alone:  # the number is an approximation of the exact test by which it was not enough
            needed = max(needed, result.denominator + 1)
        numbers |= {"needed": needed, "needed_months": math.ceil(needed * period.span / result.denominator)}
    return Finding(kind, result, numbers, result.gap)
