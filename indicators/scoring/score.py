"""Scores of organisations from their entries: lines, domains, total, grade and rank, each reproducible to the last digit.

A line's points are its weight times its share, to two decimals. A domain's score is its weight times the points of the lines
that apply over those lines' weights: the weight of a line that does not apply goes to the rest of its domain. A domain in which
no line applies gives its weight to the other domains in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from indicators.scoring.entries import Entry, Participant, settled_mark
from indicators.scoring.numbers import (
    POINT_DIGITS,
    SHARE_DIGITS,
    VALUE_DIGITS,
    exact,
    rounded,
    shortened,
    written,
)
from indicators.scoring.rules import RULES, Facts, Outcome
from reference.assessments import ASKED_BY, Line, Scheme

SCORED, NO_DATA, NOT_APPLICABLE, PENDING = "scored", "no_data", "not_applicable", "pending"
COUNTED = (SCORED, PENDING)  # a pending line counts with no points until the evaluators are done
WHY = {
    "no_data": ("没有数据", "no data"),
    "zero_denominator": ("分母为零", "the denominator is zero"),
    "reports_missing": ("报表缺失过多", "too many reports are missing"),
    "implausible": ("数据可疑", "the numbers are implausible"),
    "not_on_record": ("登记不全，不能断定", "the register is incomplete: it cannot be told"),
    "part_of_year": ("数据不满一年", "the numbers cover less than a year"),
}


@dataclass(frozen=True)
class LineScore:
    """One line scored. Numbers are text with fixed decimals; `floor`, `target` and `rank` are what the rule used."""

    code: str
    domain: str
    rule: str
    weight: str
    status: str
    value: str | None
    target: str | None
    rank: str | None
    peers: int
    share: str | None
    points: str
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """How it came about, with as many decimals as are of use; `zh` and `en` are sealed and keep all."""
        return shortened(self.zh if language == "zh" else self.en)


@dataclass(frozen=True)
class DomainScore:
    """`applicable`: the weight of the lines that apply; `points`: theirs; `score`: after redistribution; None: none applies."""

    code: str
    weight: str
    applicable: str
    points: str
    score: str | None


@dataclass(frozen=True)
class Score:
    """One organisation's score. `before_veto` is the total without a veto; `place` its rank among its peers, ties shared."""

    organisation: str
    scheme: str
    peer: str
    total: str
    before_veto: str
    vetoes: tuple[str, ...]
    grade_zh: str
    grade_en: str
    place: int
    tied: int
    peers: int
    pending: int
    domains: tuple[DomainScore, ...]
    lines: tuple[LineScore, ...]

    def line(self, code: str) -> LineScore:
        """One line's."""
        return next(line for line in self.lines if line.code == code)

    def grade(self, language: str) -> str:
        """The grade by its name; while lines are still to be scored there is none."""
        if self.pending:
            return "未定" if language == "zh" else "not yet"
        return self.grade_zh if language == "zh" else self.grade_en

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


Values = Mapping[str, Fraction | None]


def score_all(schemes: Mapping[str, Scheme], participants: Sequence[Participant]) -> list[Score]:
    """Everybody's score, in the order given; ranks are within scheme and peer group."""
    values = {one.organisation: _values(schemes[one.scheme], one) for one in participants}
    groups: dict[tuple[str, str], list[Participant]] = defaultdict(list)
    for one in participants:
        groups[one.scheme, one.peer].append(one)
    found: dict[str, Score] = {}
    for (scheme, _), members in groups.items():
        peers = [values[one.organisation] for one in members]
        scores = [_score(schemes[scheme], one, values[one.organisation], peers) for one in members]
        found |= {one.organisation: one for one in _placed(scores)}
    return [found[one.organisation] for one in participants]


def _values(scheme: Scheme, participant: Participant) -> dict[str, Fraction | None]:
    """Each line's value: the quotient, or what was settled of an asked one."""
    found: dict[str, Fraction | None] = {}
    for line in scheme.lines:
        entry = participant.entries.get(line.code, Entry())
        allowed = Fraction(scheme.allowed_difference)
        found[line.code] = (
            entry.value
            if line.computed and entry.settled is None
            else settled_mark(entry, allowed, line.rule)
        )
        if not entry.applies:
            found[line.code] = None
    return found


def _score(scheme: Scheme, participant: Participant, values: Values, peers: Sequence[Values]) -> Score:
    lines = tuple(
        _line(scheme, domain.code, line, participant.entries.get(line.code, Entry()), values, peers)
        for domain in scheme.domains
        for line in domain.lines
    )
    domains = tuple(_domain(scheme, domain.code, lines) for domain in scheme.domains)
    before = _total(domains)
    fallen = tuple(line.code for line in scheme.lines if line.rule == "veto" and (values[line.code] or 0) > 0)
    total = min(before, Fraction(scheme.veto_cap)) if fallen else before
    grade = next(one for one in scheme.grades if total >= Fraction(one.limit))
    return Score(
        participant.organisation,
        participant.scheme,
        participant.peer,
        written(total, POINT_DIGITS) or "",
        written(before, POINT_DIGITS) or "",
        fallen,
        grade.zh,
        grade.en,
        place=0,
        tied=0,
        peers=0,
        pending=sum(line.status == PENDING for line in lines),
        domains=domains,
        lines=lines,
    )


def _line(
    scheme: Scheme, domain: str, line: Line, entry: Entry, values: Values, peers: Sequence[Values]
) -> LineScore:
    value = values[line.code]
    facts = _facts(line, entry, value, [one[line.code] for one in peers])
    status, outcome = _outcome(scheme, line, entry, value, facts)
    share = outcome.share if status == SCORED else None
    points = rounded(Fraction(line.weight) * (share or 0), POINT_DIGITS)
    return LineScore(
        line.code,
        domain,
        line.rule,
        str(line.weight),
        status,
        written(value, VALUE_DIGITS),
        written(facts.target, VALUE_DIGITS),
        written(facts.rank, 1),
        facts.peers,
        written(share, SHARE_DIGITS),
        written(points, POINT_DIGITS) or "",
        outcome.zh,
        outcome.en,
    )


def _facts(line: Line, entry: Entry, value: Fraction | None, others: Sequence[Fraction | None]) -> Facts:
    polarity = line.polarity or entry.polarity
    target = entry.target if line.target == "in_force" else line.target
    given = [other for other in others if other is not None]
    place = None
    if line.rule == "rank" and value is not None:
        ahead = sum(other > value if polarity == "higher" else other < value for other in given)
        place = 1 + ahead + Fraction(given.count(value) - 1, 2)
    return Facts(
        polarity=polarity,
        value=value,
        target=exact(target),
        floor=exact(line.floor),
        bands=tuple((Fraction(one.limit), Fraction(one.share)) for one in line.bands),
        lower=exact(entry.lower),
        upper=exact(entry.upper),
        similar=exact(line.similar),
        previous=entry.previous,
        step=exact(line.step),
        rank=place,
        peers=len(given) if line.rule == "rank" else 0,
        mark=value,
        has_evidence=bool(entry.evidence) or not line.evidence,
    )


def _outcome(
    scheme: Scheme, line: Line, entry: Entry, value: Fraction | None, facts: Facts
) -> tuple[str, Outcome]:
    if not entry.applies:
        return NOT_APPLICABLE, Outcome(None, "复核认定不适用，权重由本维度其余指标分担", "Found not to apply; its weight goes to the rest of its domain")  # fmt: skip
    if value is None and line.asked:
        return PENDING, Outcome(None, "等待两名专家评分或差异裁定", "Waits for two evaluators, or for their difference to be settled")  # fmt: skip
    if value is None:
        return _without(scheme, line, *WHY.get(entry.reason or "no_data", WHY["no_data"]))
    if line.target == "in_force" and facts.target is None and line.rule not in ("improvement",):
        return _without(scheme, line, "没有现行目标", "no target is in force")
    if line.asked == "value" and line.evidence and not facts.has_evidence:
        return SCORED, Outcome(Fraction(0), "没有佐证材料，不得分", "No evidence: no points")
    outcome = RULES[line.rule](facts)
    if outcome.share is None:
        return _without(scheme, line, outcome.zh, outcome.en)
    return SCORED, outcome


def _without(scheme: Scheme, line: Line, zh: str, en: str) -> tuple[str, Outcome]:
    """A line without a usable number, as the scheme says."""
    if (line.no_data or scheme.no_data) == "zero":
        return SCORED, Outcome(Fraction(0), f"{zh}，按方案记零分", f"{en[:1].upper()}{en[1:]}: by the scheme, no points")  # fmt: skip
    return NO_DATA, Outcome(None, f"{zh}，按方案不计，权重由本维度其余指标分担", f"{en[:1].upper()}{en[1:]}: by the scheme left out, its weight goes to the rest of its domain")  # fmt: skip


def _domain(scheme: Scheme, code: str, lines: Sequence[LineScore]) -> DomainScore:
    weight = Fraction(next(one.weight for one in scheme.domains if one.code == code))
    counted = [line for line in lines if line.domain == code and line.status in COUNTED]
    applicable = sum((Fraction(line.weight) for line in counted), Fraction(0))
    points = sum((Fraction(line.points) for line in counted), Fraction(0))
    score = rounded(weight * points / applicable, POINT_DIGITS) if applicable else None
    return DomainScore(
        code,
        written(weight, POINT_DIGITS) or "",
        written(applicable, POINT_DIGITS) or "",
        written(points, POINT_DIGITS) or "",
        written(score, POINT_DIGITS),
    )


def _total(domains: Sequence[DomainScore]) -> Fraction:
    counted = [one for one in domains if one.score is not None]
    weight = sum((Fraction(one.weight) for one in counted), Fraction(0))
    scores = sum((Fraction(one.score or 0) for one in counted), Fraction(0))
    return rounded(100 * scores / weight, POINT_DIGITS) if weight else Fraction(0)


def _placed(scores: Sequence[Score]) -> list[Score]:
    totals = [Fraction(one.total) for one in scores]
    return [
        Score(
            **{
                **{name: getattr(one, name) for name in one.__dataclass_fields__},
                "place": 1 + sum(other > total for other in totals),
                "tied": totals.count(total),
                "peers": len(totals),
            }
        )
        for one, total in zip(scores, totals, strict=True)
    ]


def is_asked_of_evaluators(line: Line) -> bool:
    """Whether two evaluators mark it: every asked line, stated values included, for those are checked."""
    return bool(line.asked) or line.rule in ASKED_BY


def read_score(told: Mapping[str, Any]) -> Score:
    """A score out of plain data, as it was signed."""
    lines = tuple(LineScore(**one) for one in told["lines"])
    domains = tuple(DomainScore(**one) for one in told["domains"])
    return Score(**{**told, "vetoes": tuple(told["vetoes"]), "lines": lines, "domains": domains})
