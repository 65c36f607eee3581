"""What a board's areas cannot be judged by: missing reports, numbers that cannot be, a digit too many."""

from __future__ import annotations

import numpy as np

from indicators import signals, since
from indicators.board import COUNTED, Board
from indicators.family import Finding
from indicators.judge_arrays import REASONS
from indicators.panel import Panel
from indicators.result import Reason
from indicators.since import PAST
from reference.periods import month_count


def unjudged(board: Board, reason: Reason) -> list[Finding]:
    """Results that one reason keeps from being judged, for how many months it has, and what is amiss (`since.lacking`)."""
    above = board.rules.implausible_above
    hit = [one for one in board.results if one.reason is reason]
    rest = [one for one in hit if one.indicator not in board.wide] if reason is Reason.IMPLAUSIBLE else []
    told = since.stood(board.context, board.period, rest, lambda one: one.reason is reason)
    looked_back = _looked_back(
        board
    )  # asks the store: once, not for each of what may be all areas × indicators
    stood_of = {
        code: signals.standing(panel.reason[:, -looked_back:] == REASONS.index(reason))
        for code, panel in board.wide.items()
    }
    found = []
    for one in hit:
        stood, before = told.get(since.about(one), (None, None))
        if (panel := board.wide.get(one.indicator)) is not None:
            row = board.row[one.organisation]
            stood = int(stood_of[one.indicator][row])
            gap_before = _lacked(panel, row, reason, above)
        else:
            gap_before = since.lacking(before, above) if before and before.reason is reason else None
        found.append(Finding(reason.value, one, {}, since.lacking(one, above), stood, gap_before))
    return found


def _lacked(panel: Panel, row: int, reason: Reason, above: float) -> int | None:
    """What was amiss a month before, where the same reason held then (`since.lacking`).

    Of missing reports without making a whole result of it: where a level is silent these are most of what there is.
    """
    if panel.reason[row, -2] != REASONS.index(reason):
        return None
    if reason is Reason.REPORTS_MISSING:
        return int(panel.expected[row, -2] - panel.received[row, -2])
    return since.lacking(panel.result(row, len(panel.months) - 2), above)


def _looked_back(board: Board) -> int:
    """Over how many runs of months it is told how long something has not been judged: those within what anybody reported."""
    held = board.context.months(board.asked.tree)
    if held is None or held[0] > board.period.first:
        return 1
    return min(month_count(held[0], board.period.first), PAST + 1)


def doubtful(board: Board) -> list[Finding]:
    """Single months of the period whose count is many times what the area usually counts, as a slip of the pen makes it.

    Told once for each count, with `indicators`: the codes of all that rest on it.
    """
    told: dict[tuple[str, int, tuple[str, ...]], Finding] = {}
    for code, panel in board.monthly.items():
        definition = board.catalogue.get(code)
        if definition.method not in COUNTED or code not in board.wide:
            continue
        for side in ("numerator", "denominator"):
            names: tuple[str, ...] = getattr(definition, side)
            places, usual = signals.slips(
                getattr(panel, side),
                board.period.span,
                times=board.rules.implausible_times,
                smallest=board.rules.implausible_smallest,
                also_low=side == "denominator",
            )
            for row in map(int, np.flatnonzero(places >= 0)):
                place = int(places[row])
                key = (board.asked.areas[row], place, names)
                if key in told:
                    told[key].numbers["indicators"].append(code)
                    continue
                count, level = int(getattr(panel, side)[row, place]), float(usual[row])
                numbers = {
                    "side": side,
                    "month": panel.months[place],
                    "count": count,
                    "usual": level,
                    "indicators": [code],
                }
                wide = board.wide[code]
                result = wide.result(row, len(wide.months) - 1, board.period.code)
                away = round(abs(count - level))
                told[key] = Finding("doubtful", result, numbers, away, len(panel.months) - place)
    return list(told.values())
