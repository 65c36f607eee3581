"""A round as data: a table for spreadsheets, one row an organisation and line; and a document for programs that says everything."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from dashboard.exports.assessment import RULE_WORDS, STATUS_WORDS, Report
from dashboard.exports.safety import safe
from indicators.scoring.numbers import written
from indicators.scoring.score import LineScore

COLUMNS = (
    ("考核轮次", "Round"), ("标注", "Marks"), ("版次", "Edition"), ("核验码", "Check code"), ("封印", "Seal (SHA-256)"),
    ("考核期", "Period"), ("数据截至", "Returns received by"), ("单位代码", "Organisation code"), ("参加单位", "Organisation"),
    ("辖区", "Area served"), ("考核方案", "Scheme"), ("同组", "Peers"), ("总分", "Total (points)"), ("等次", "Grade"),
    ("同组名次", "Place among peers"), ("并列家数", "Tied"), ("同组家数", "Number of peers"),
    ("名次区间下限", "Place, 95% interval from"), ("名次区间上限", "Place, 95% interval to"),
    ("维度代码", "Domain code"), ("维度", "Domain"), ("指标代码", "Line code"), ("指标", "Line"), ("规则", "Rule"),
    ("权重（分）", "Weight (points)"), ("状态", "Status"), ("分子", "Numerator"), ("分母", "Denominator"), ("乘数", "Multiplier"),
    ("值", "Value"), ("值的单位", "Unit of the value"), ("目标", "Target (same unit)"), ("得分比例（0～1）", "Share of points (0–1)"),
    ("得分（分）", "Points"), ("怎样得分", "How it came about"),
)  # fmt: skip


def write_csv(report: Report, to: Path) -> Path:
    """One row an organisation and line, headed in the report's language, with a byte-order mark for Chinese Excel and WPS."""
    marks = report.say("；", "; ").join(report.marks)
    whole = [report.code, marks, report.edition or "", report.short, report.seal, report.period.label(report.language), report.cut_off]  # fmt: skip
    with to.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([report.pick(one) for one in COLUMNS])
        for place in report.ordered:
            one, score, rank = report.participants[place], report.scores[place], report.rankings[place]
            scheme = report.schemes[one.scheme]
            head = [one.organisation, report.name(one.organisation), report.name(one.area), scheme.name(report.language),
                    report.peer(one), score.total, score.grade(report.language), score.place, score.tied, score.peers,
                    rank.low, rank.high]  # fmt: skip
            domains = {domain.code: domain.name(report.language) for domain in scheme.domains}
            for line in score.lines:
                entry = one.entries[line.code]
                counts = (
                    entry.numerator,
                    entry.denominator,
                    entry.multiplier if entry.denominator is not None else None,
                )
                row = [line.domain, domains[line.domain], line.code, scheme.line(line.code).name(report.language),
                       report.pick(RULE_WORDS[line.rule]), line.weight, report.pick(STATUS_WORDS[line.status]), *counts,
                       line.value, _unit(report, scheme.code, line), line.target, line.share, line.points,
                       line.sentence(report.language)]  # fmt: skip
                writer.writerow([safe(value) for value in (*whole, *head, *row)])
    return to


def _unit(report: Report, scheme: str, line: LineScore) -> str:
    """The unit of a line's value: what evaluators give is a share of its points, what they confirm is 1 or 0."""
    if line.rule == "expert":
        return report.say("占满分的比例", "share of all points")
    if line.rule in ("yes_no", "veto"):
        return report.say("1 是，0 否", "1 yes, 0 no")
    return report.unit(scheme, line.code)


def _change(report: Report, organisation: str) -> dict[str, Any] | None:
    """What the change on the year before came from, in points; None when there was no round."""
    held = report.changes.get(organisation)
    if held is None:
        return None
    parts = [
        {"line": one.code, "by_score": _points(one.by_score), "by_weight": _points(one.by_weight)}
        for one in held.lines
        if one.moved
    ]
    rest = {"veto": _points(held.veto), "rounding": _points(held.rounding)}
    return {"before": held.before, "after": held.after, "lines": parts, **rest}


def _points(number: Fraction) -> str:
    return written(number, 4) or ""


def _organisation(report: Report, place: int) -> dict[str, Any]:
    one, score = report.participants[place], report.scores[place]
    scheme, told = report.schemes[one.scheme], score.told()
    for line, held in zip(told["lines"], score.lines, strict=True):
        line["name"] = scheme.line(held.code).name(report.language)
        line["unit"] = _unit(report, scheme.code, held)
    for domain in told["domains"]:
        domain["name"] = next(
            two.name(report.language) for two in scheme.domains if two.code == domain["code"]
        )
    return {
        "name": report.name(score.organisation),
        **told,
        "grade": score.grade(report.language),
        "peer_name": report.peer(one),
        "area": one.area,
        "area_name": report.name(one.area),
        "size": one.size,
        "rank": report.rankings[place].told(),
        "entries": one.told()["entries"],
        "change": _change(report, score.organisation),
    }


def write_json(report: Report, to: Path) -> Path:
    """Everything: scores with their lines, entries, ranks, schemes. Scores are text, so that no reader rounds them anew."""
    period = report.period
    document = {
        "round": report.code, "title": report.title, "language": report.language,
        "period": {"code": period.code, "name": period.label(report.language), "first_day": period.first_day.isoformat(),
                   "last_day": period.last_day.isoformat()},
        "cut_off": report.cut_off, "synthetic": report.synthetic, "marks": report.marks,
        "edition": report.edition, "seal": report.seal, "check": report.short, "qr": report.check if report.seal else "",
        "signed_by": report.signed_by, "signed_at": report.signed_at,
        "schemes": {code: scheme.model_dump(mode="json") for code, scheme in report.schemes.items()},
        "organisations": [_organisation(report, place) for place in report.ordered],
    }  # fmt: skip
    to.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return to
