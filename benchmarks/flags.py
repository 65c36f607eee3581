"""Flags held against what is true, on made-up provinces: `python -m benchmarks.flags [worlds]`.

Each province has 88 counties, five shares and a rare rate, five years of months and planted truth (synthetic/worlds.py). The
product's own board looks at every third month of the last two years (another third in each province) with what was known then,
every target being due; coming targets are looked at a year ahead. A flag is false when the truth does not bear it out. Beside it stand the common rule "value below
target" and fixed limits, which take every number alone: at 95%, and at the confidence at which they raise as many false flags
as the board does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from multiprocessing import Pool

import numpy as np
from numpy.typing import NDArray

from benchmarks.made_up import COUNTIES, FIRST, Planted, WorldContext, codes, context_of, planted, with_slips
from indicators import unfit
from indicators.board import Board
from indicators.family import Finding, question
from indicators.looking_ahead import will_miss
from indicators.result import Reason
from reference.periods import month_add, month_period, rolling_year
from synthetic.worlds import MONTHS

SEEDS, LAST_MONTHS, STEP, PROCESSES = 200, 24, 3, 2
KINDS = ("behind_target", "worsening", "outlying", "will_miss", "not_assessable", "implausible")
AFTER = (1, 2, 3, 6, 12)  # months since a truth began
Marks = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def main(worlds: int = SEEDS) -> None:
    """Print the tables."""
    began = time.perf_counter()
    with Pool(PROCESSES) as pool:
        scored = pool.map(score, range(worlds), chunksize=1)
    print(
        f"{'kind':<16}{'true':>9}{'found':>8}{'flags':>9}{'false':>8}{'of flags':>10}{'per 100':>9}{'FDR':>8}"
    )
    for kind in KINDS:
        _line(kind, [one[kind] for one in scored if kind in one])
    print("\nshare found, by months since it began: " + ", ".join(map(str, AFTER)))
    for kind in KINDS:
        _by_age(kind, [one[kind] for one in scored if kind in one])
    print("\nagainst rules that take every number alone (found of what is true · false per 100 looked at)")
    for kind in ("behind_target", "worsening", "outlying"):
        _rivals(kind, [one[kind] for one in scored])
    with Pool(PROCESSES) as pool:
        true, hits, false, looked = np.array(pool.map(slips, range(worlds), chunksize=1)).sum(axis=0)
    print(
        f"\na digit too many in one month: {hits / true:.1%} of {true:,} found, {false} false of {looked:,} series"
    )
    print(f"{worlds} provinces, {time.perf_counter() - began:.0f} s")


class Scored:
    """One kind in one province: arrays (months looked at, indicators, counties).

    `flagged` by the board; `true`; `wrong`: a flag there is false (a cell may be neither, and then is not counted); `age`
    months since the truth began, 0 where unknown; `alone`: how many standard errors on the wrong side of the
    plain limit, `below`: the value is on the wrong side of the target.
    """

    def __init__(
        self,
        flagged: Marks,
        true: Marks,
        wrong: Marks,
        age: NDArray[np.int64],
        alone: Numbers | None = None,
        below: Marks | None = None,
    ) -> None:
        self.flagged, self.true, self.wrong, self.age = flagged, true, wrong, age
        self.alone, self.below = alone, below


def score(seed: int) -> dict[str, Scored]:
    """One province looked at month by month."""
    made = planted(seed)
    months = range(MONTHS - LAST_MONTHS + seed % STEP, MONTHS, STEP)
    found: dict[str, list[Marks]] = {kind: [] for kind in KINDS}
    for month in months:
        board, monthly = _boards(context_of(made, month))
        found["behind_target"].append(_marks(board.behind()))
        found["worsening"].append(_marks(board.worsening()))
        found["outlying"].append(_marks(board.outlying()))
        found["not_assessable"].append(_marks(unfit.unjudged(monthly, Reason.REPORTS_MISSING)))
        found["implausible"].append(_marks(unfit.unjudged(monthly, Reason.IMPLAUSIBLE)))
    at = np.array(list(months))
    scored = {kind: _scored(kind, made, at, np.stack(found[kind])) for kind in KINDS if found[kind]}
    scored["will_miss"] = _ahead(made)
    return scored


def slips(seed: int) -> tuple[int, int, int, int]:
    """Of digits too many in the last year: how many, how many found, false findings, and series looked at."""
    made, marks = with_slips(seed)
    board, _ = _boards(context_of(made, MONTHS - 1))
    found = {
        (code, one.result.organisation, one.numbers["month"])
        for one in unfit.doubtful(board)
        for code in one.numbers["indicators"]
    }
    planted_ones = {
        (codes()[place], COUNTIES[county], month_add(FIRST, int(month)))
        for place, county, month in np.argwhere(marks)
    }
    return len(planted_ones), len(found & planted_ones), len(found - planted_ones), marks[..., 0].size


def _boards(context: WorldContext) -> tuple[Board, Board]:
    """Of the twelve months that end with the last known one, and of that month alone."""
    last = context.last
    return tuple(  # type: ignore[return-value]
        Board(question(context, "guizhou", "county", period))
        for period in (rolling_year(last), month_period(last))
    )


def _marks(findings: Iterable[Finding]) -> Marks:
    """(indicators, counties)"""
    places = {code: place for place, code in enumerate(codes())}
    marks = np.zeros((len(places), len(COUNTIES)), bool)
    for one in findings:
        marks[places[one.result.indicator], COUNTIES.index(one.result.organisation)] = True
    return marks


def _scored(kind: str, made: Planted, at: NDArray[np.int64], flagged: Marks) -> Scored:
    world = made.world
    clean = np.moveaxis(made.clean[..., at], -1, 0)
    if kind in ("not_assessable", "implausible"):
        age = np.moveaxis((made.silent if kind == "not_assessable" else made.swapped)[..., at], -1, 0)
        absent = np.moveaxis(np.isnan(made.world.count[..., at]), -1, 0)
        true = (age > 0) | (absent if kind == "not_assessable" else False)
        return Scored(flagged, true, ~true, age)
    if kind == "behind_target":
        true = np.moveaxis(world.behind[..., at], -1, 0)
        age = np.moveaxis(_ages(world.behind)[..., at], -1, 0)
        alone, below = made.against_target(at)
        return Scored(flagged & clean, true & clean, ~true & clean, age, alone, below)
    if kind == "worsening":
        age = np.moveaxis(world.worsened[..., at], -1, 0)
        # A step stays news for a year; thereafter it is the new level, and a flag is neither right nor wrong.
        true, wrong = (age > 0) & (age <= 12) & clean, (age == 0) & clean
        return Scored(flagged & clean, true, wrong, age, made.against_history(at), made.against_target(at)[1])
    true = np.broadcast_to(world.outlying, flagged.shape) & clean
    usual = np.moveaxis(world.usual[..., at], -1, 0) & clean
    alone, below = made.against_peers(at), made.against_target(at)[1]
    return Scored(flagged & clean, true, usual, np.zeros(flagged.shape, np.int64), alone, below)


def _ages(marks: Marks) -> NDArray[np.int64]:
    """Months in a row up to each, of those that began within the window of months; 0 for the others."""
    ages = np.zeros(marks.shape, np.int64)
    for month in range(12, marks.shape[-1]):
        began = marks[..., month] & ~marks[..., month - 1]
        goes_on = marks[..., month] & (ages[..., month - 1] > 0)
        ages[..., month] = np.where(began, 1, np.where(goes_on, ages[..., month - 1] + 1, 0))
    return ages


def _ahead(made: Planted) -> Scored:
    """A year before the target's day: will the true level of the last twelve months then be short of it?"""
    board, _ = _boards(context_of(made, MONTHS - 13, due=MONTHS - 1))
    flagged = _marks(will_miss(board, back=0))
    known = made.clean[..., MONTHS - 13] & (
        made.world.worsened[..., MONTHS - 1] == made.world.worsened[..., MONTHS - 13]
    )
    short = made.world.behind[..., MONTHS - 1]
    ages = np.zeros((1, *short.shape), np.int64)
    return Scored((flagged & known)[None], (short & known)[None], (~short & known)[None], ages)


def _line(kind: str, all_scored: list[Scored]) -> None:
    true = sum(int(one.true.sum()) for one in all_scored)
    hits = sum(int((one.flagged & one.true).sum()) for one in all_scored)
    false = sum(int((one.flagged & one.wrong).sum()) for one in all_scored)
    looked = sum(int((one.true | one.wrong).sum()) for one in all_scored)
    shares = [_false_share(one, month) for one in all_scored for month in range(len(one.flagged))]
    flags = hits + false
    print(
        f"{kind:<16}{true:>9,}{hits / max(true, 1):>8.1%}{flags:>9,}{false:>8,}{false / max(flags, 1):>10.2%}"
        f"{100 * false / looked:>9.3f}{np.mean(shares):>8.2%}"
    )


def _false_share(one: Scored, month: int) -> float:
    """Of a month's flags, 0 where there is none: its mean is the false discovery rate."""
    false = (one.flagged[month] & one.wrong[month]).sum()
    return float(false / max((one.flagged[month] & (one.true | one.wrong)[month]).sum(), 1))


def _by_age(kind: str, all_scored: list[Scored]) -> None:
    shares = []
    for months in AFTER:
        there = sum(int((one.true & (one.age == months)).sum()) for one in all_scored)
        hits = sum(int((one.flagged & one.true & (one.age == months)).sum()) for one in all_scored)
        shares.append(f"{hits / there:>8.1%} of {there:<6,}" if there else f"{'·':>8}{'':<10}")
    if any("%" in share for share in shares):
        print(f"{kind:<16}" + "".join(shares))


def _rivals(kind: str, all_scored: list[Scored]) -> None:
    flagged, true, wrong = (
        np.concatenate([getattr(one, name).ravel() for one in all_scored])
        for name in ("flagged", "true", "wrong")
    )
    alone = np.nan_to_num(
        np.concatenate([one.alone.ravel() for one in all_scored if one.alone is not None]), nan=-9.0
    )
    below = np.concatenate([one.below.ravel() for one in all_scored if one.below is not None])
    looked = (true | wrong).sum()
    false = (flagged & wrong).sum()
    same = np.sort(alone[wrong])[::-1][false]  # as many false ones lie above it
    rows = {
        "the board": flagged,
        "value below target": below,
        "fixed 95% limits": alone > 1.96,
        f"fixed limits, same false rate ({same:.2f} s.e.)": alone > same,
    }
    for name, marks in rows.items():
        hits, wrongs = (marks & true).sum(), (marks & wrong).sum()
        print(
            f"{kind:<16}{name:<44}{hits / true.sum():>8.1%}{100 * wrongs / looked:>9.3f}"
            f"  false among flags {wrongs / max(hits + wrongs, 1):.1%}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
