"""What if: a score with other values or weights. Pure as far as the round goes; nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from dashboard.assessment.standing import Standing
from indicators.scoring.score import Score, score_all
from reference.assessments import Line, Scheme
from store.assessing import AssessmentError

YES_NO = {"1": "1", "yes": "1", "是": "1", "有": "1", "0": "0", "no": "0", "否": "0", "无": "0"}


@dataclass(frozen=True)
class Rehearsed:
    """The score as it would be, and what the weights sum to."""

    score: Score
    weights: str


def number_of(text: str, name: str) -> Decimal:
    """A number as people type it; raises AssessmentError naming the field."""
    try:
        found = Decimal(text.strip().replace("％", "").replace("%", "").replace(",", ""))
    except InvalidOperation:
        raise AssessmentError(f"“{name}”：{text} 不是数。", f"{name}: {text} is not a number.") from None
    if not found.is_finite() or abs(found) > 10**9:
        raise AssessmentError(f"“{name}”：{text} 太大。", f"{name}: {text} is too large.")
    return found


def kept_value(line: Line, text: str, kind: str) -> str:
    """A field's text as it is kept: 1 or 0, a number, or points as a share of the weight."""
    if line.asked == "yes_no":
        said = YES_NO.get(text.strip().lower())
        if said is None:
            raise AssessmentError(f"“{line.zh}”请答是或否。", f"{line.en}: answer yes or no.")
        return said
    number = number_of(text, line.zh)
    if number < 0:
        raise AssessmentError(f"“{line.zh}”不能小于 0。", f"{line.en} cannot be below 0.")
    if line.asked == "expert":
        if number > line.weight:
            raise AssessmentError(
                f"“{line.zh}”最多 {line.weight} 分。", f"{line.en} has {line.weight} points at most."
            )
        if kind != "answer":
            return str(Fraction(number) / Fraction(line.weight))
    return f"{number:f}"


def rehearse(
    standing: Standing, organisation: str, values: Mapping[str, str], weights: Mapping[str, str]
) -> Rehearsed:
    """The organisation's score with some lines' values and weights changed; weights change for everybody of its scheme."""
    code = standing.participant(organisation).scheme
    scheme = _weighted(standing.schemes[code], weights)
    members = []
    for one in standing.participants:
        if one.organisation == organisation:
            entries = dict(one.entries)
            for line, text in values.items():
                value = kept_value(standing.schemes[code].line(line), text, "settlement")
                entries[line] = replace(
                    entries[line],
                    settled=value,
                    reason="",
                    evidence=entries[line].evidence or ("",),
                )
            one = replace(one, entries=entries)
        if one.scheme == code:
            members.append(one)
    scores = score_all({code: scheme}, members)
    found = next(one for one in scores if one.organisation == organisation)
    total = sum((line.weight for line in scheme.lines), Decimal(0))
    return Rehearsed(found, f"{total.normalize():f}")


def _weighted(scheme: Scheme, weights: Mapping[str, str]) -> Scheme:
    wanted = {line: number_of(text, scheme.line(line).zh) for line, text in weights.items()}
    if any(weight < 0 or weight > 100 for weight in wanted.values()):
        raise AssessmentError("权重须在 0 到 100 之间。", "A weight lies between 0 and 100.")
    domains = tuple(
        domain.model_copy(
            update={
                "lines": tuple(
                    line.model_copy(update={"weight": wanted.get(line.code, line.weight)})
                    for line in domain.lines
                )
            }
        )
        for domain in scheme.domains
    )
    # A copy made by pydantic keeps what was worked out before; lines must be told anew.
    return Scheme.model_validate({**scheme.model_dump(), "domains": [one.model_dump() for one in domains]})
