"""The scoring rules: facts in, the share of a line's points and a sentence out. Each is a small pure function.

A rule is known by its name in `RULES`, works with exact numbers, and rounds its share once, to four decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from indicators.scoring.numbers import SHARE_DIGITS, plain, rounded

NOTHING, ALL = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Facts:
    """What a rule may look at. `value`, limits and `previous` are in the line's unit; `rank` among `peers`, ties in the middle.

    `mark`: what two evaluators settled on: 1 or 0 for yes and no, a share of the points for an opinion.
    """

    polarity: str = "higher"
    value: Fraction | None = None
    target: Fraction | None = None
    floor: Fraction | None = None
    bands: tuple[tuple[Fraction, Fraction], ...] = ()
    lower: Fraction | None = None
    upper: Fraction | None = None
    similar: Fraction | None = None
    previous: Fraction | None = None
    step: Fraction | None = None
    rank: Fraction | None = None
    peers: int = 0
    mark: Fraction | None = None
    has_evidence: bool = True


@dataclass(frozen=True)
class Outcome:
    """The share of the points, 0–1, and how it came about; None: it cannot be scored, and why."""

    share: Fraction | None
    zh: str
    en: str


def better(facts: Facts, one: Fraction, other: Fraction) -> bool:
    """Whether one value is better than another."""
    return one > other if facts.polarity == "higher" else one < other


def at_target(facts: Facts) -> Outcome:
    """All points at the target or better, else none."""
    assert facts.value is not None
    assert facts.target is not None
    met = not better(facts, facts.target, facts.value)
    value, target = plain(facts.value), plain(facts.target)
    if met:
        return Outcome(
            ALL, f"{value} 达到目标 {target}，得全部分", f"{value} meets the target {target}: all points"
        )
    return Outcome(
        NOTHING, f"{value} 未达目标 {target}，不得分", f"{value} misses the target {target}: no points"
    )


def linear(facts: Facts) -> Outcome:
    """None at the floor, all at the target, evenly in between."""
    assert facts.value is not None
    assert facts.target is not None
    assert facts.floor is not None
    share = rounded((facts.value - facts.floor) / (facts.target - facts.floor), SHARE_DIGITS)
    share = min(max(share, NOTHING), ALL)
    value, target, floor = plain(facts.value), plain(facts.target), plain(facts.floor)
    return Outcome(
        share,
        f"{value}，从下限 {floor} 到目标 {target} 按比例得 {plain(share * 100)}%",
        f"{value}; from the floor {floor} to the target {target} in proportion: {plain(share * 100)}%",
    )


def bands(facts: Facts) -> Outcome:
    """The share of the best band reached."""
    assert facts.value is not None
    for limit, share in facts.bands:
        if not better(facts, limit, facts.value):
            return Outcome(
                share,
                f"{plain(facts.value)} 在 {plain(limit)} 一档，得 {plain(share * 100)}%",
                f"{plain(facts.value)} is in the band at {plain(limit)}: {plain(share * 100)}%",
            )
    return Outcome(
        NOTHING,
        f"{plain(facts.value)} 未进入任何一档，不得分",
        f"{plain(facts.value)} reaches no band: no points",
    )


def rank(facts: Facts) -> Outcome:
    """All points for the first among peers, none for the last, evenly in between; alone, all."""
    assert facts.rank is not None
    if facts.peers <= 1:
        return Outcome(ALL, "同组只有一家，得全部分", "Alone among its peers: all points")
    share = rounded((facts.peers - facts.rank) / (facts.peers - 1), SHARE_DIGITS)
    place = plain(facts.rank)
    return Outcome(
        share,
        f"{plain(facts.value)}，同组 {facts.peers} 家中列第 {place}，得 {plain(share * 100)}%",
        f"{plain(facts.value)}, place {place} of {facts.peers} peers: {plain(share * 100)}%",
    )


def improvement(facts: Facts) -> Outcome:
    """All points for the improvement asked for or a target met, none without any, evenly in between."""
    assert facts.value is not None
    assert facts.step is not None
    if facts.target is not None and not better(facts, facts.target, facts.value):
        value, target = plain(facts.value), plain(facts.target)
        return Outcome(ALL, f"{value} 已达 {target}，得全部分", f"{value} is at {target} already: all points")
    if facts.previous is None:
        return Outcome(None, "没有上年数值，不能比较", "No value of the year before to compare with")
    change = facts.value - facts.previous
    gained = change if facts.polarity == "higher" else -change
    share = min(max(rounded(gained / facts.step, SHARE_DIGITS), NOTHING), ALL)
    before, value = plain(facts.previous), plain(facts.value)
    return Outcome(
        share,
        f"从上年 {before} 到 {value}，改善 {plain(gained)}（满分需 {plain(facts.step)}），得 {plain(share * 100)}%",
        f"From {before} to {value}: better by {plain(gained)} ({plain(facts.step)} earns all): {plain(share * 100)}%",
    )


def interval(facts: Facts) -> Outcome:
    """Against the target by the interval: wholly better all, holding the target a stated share, wholly worse none."""
    assert facts.target is not None
    assert facts.similar is not None
    if facts.lower is None or facts.upper is None:
        return Outcome(None, "没有置信区间，不能判断", "No interval to judge by")
    near, far = (facts.lower, facts.upper) if facts.polarity == "higher" else (facts.upper, facts.lower)
    limits, target = f"{plain(facts.lower)}～{plain(facts.upper)}", plain(facts.target)
    limits_en = f"{plain(facts.lower)}–{plain(facts.upper)}"
    if not better(facts, facts.target, near):
        return Outcome(ALL, f"区间 {limits} 整体不劣于目标 {target}，得全部分", f"The whole interval {limits_en} is no worse than the target {target}: all points")  # fmt: skip
    if better(facts, facts.target, far):
        return Outcome(NOTHING, f"区间 {limits} 整体劣于目标 {target}，不得分", f"The whole interval {limits_en} is worse than the target {target}: no points")  # fmt: skip
    percent = plain(facts.similar * 100)
    return Outcome(facts.similar, f"区间 {limits} 含目标 {target}，无显著差异，得 {percent}%", f"The interval {limits_en} holds the target {target}, no clear difference: {percent}%")  # fmt: skip


def yes_no(facts: Facts) -> Outcome:
    """All points for a yes with its evidence."""
    assert facts.mark is not None
    if facts.mark and not facts.has_evidence:
        return Outcome(NOTHING, "没有佐证材料，不得分", "No evidence: no points")
    if facts.mark:
        return Outcome(ALL, "核实为“是”，得全部分", "Confirmed: all points")
    return Outcome(NOTHING, "核实为“否”，不得分", "Not confirmed: no points")


def expert(facts: Facts) -> Outcome:
    """What the evaluators settled on, as a share of the points."""
    assert facts.mark is not None
    share = rounded(facts.mark, SHARE_DIGITS)
    return Outcome(share, f"专家评定得 {plain(share * 100)}%", f"The evaluators give {plain(share * 100)}%")


def veto(facts: Facts) -> Outcome:
    """No points of its own: a yes limits the total."""
    assert facts.mark is not None
    if facts.mark:
        return Outcome(NOTHING, "核实为“是”：一票否决", "Confirmed: the veto falls")
    return Outcome(NOTHING, "未发生", "It did not happen")


RULES: dict[str, Callable[[Facts], Outcome]] = {
    "at_target": at_target,
    "linear": linear,
    "bands": bands,
    "rank": rank,
    "improvement": improvement,
    "interval": interval,
    "yes_no": yes_no,
    "expert": expert,
    "veto": veto,
}
