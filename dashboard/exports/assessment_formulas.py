"""A scheme's rules as spreadsheet formulas: the same arithmetic and the same roundings as `indicators.scoring`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from indicators.scoring.entries import Entry
from indicators.scoring.numbers import VALUE_DIGITS, rounded
from indicators.scoring.score import COUNTED, SCORED, LineScore
from reference.assessments import Line, Scheme

# Each column of the sheet of lines: name → (Chinese, English, width).
COLUMN: dict[str, tuple[str, str, float]] = {
    "organisation": ("代码", "Code", 12),
    "name": ("单位", "Organisation", 24),
    "scheme": ("方案", "Scheme", 15),
    "peer": ("同组", "Peers", 6),
    "domain": ("维度", "Domain", 12),
    "line": ("指标代码", "Line", 18),
    "line_name": ("指标", "Name", 26),
    "monitored": ("监测", "Mon.", 6),
    "rule": ("规则", "Rule", 14),
    "weight": ("权重", "Weight", 8),
    "numerator": ("分子", "Numerator", 11),
    "denominator": ("分母", "Denominator", 11),
    "multiplier": ("倍数", "Times", 9),
    "mark1": ("专家一", "Evaluator 1", 9),
    "mark2": ("专家二", "Evaluator 2", 9),
    "settled": ("裁定", "Settled", 9),
    "evidence": ("佐证数", "Files", 7),
    "value": ("值", "Value", 11),
    "unit": ("单位", "Unit", 9),
    "target": ("目标", "Target", 9),
    "floor": ("下限", "Floor", 8),
    "lower": ("区间下限", "Lower limit", 10),
    "upper": ("区间上限", "Upper limit", 10),
    "previous": ("上年值", "Year before", 10),
    "share": ("得分率", "Share", 9),
    "points": ("得分", "Points", 9),
    "counted": ("计入", "Counts", 7),
    "veto": ("否决项", "Veto", 7),
    "status": ("状态", "State", 11),
    "how": ("怎样得分", "How it came about", 48),
}
# What formulas rest on and readers seldom look at: folded away, out of the printed page, one press of "+" from sight.
FOLDED = (
    *("scheme", "peer", "domain", "line", "rule", "multiplier", "mark1", "mark2", "settled", "evidence"),
    *("floor", "lower", "upper", "previous", "counted", "veto"),
)
LETTER = {name: xl_col_to_name(place) for place, name in enumerate(COLUMN)}
Cell = tuple[Any, str, Any]  # a number or formula, its format, the formula's result


@dataclass(frozen=True)
class LineFormulas:
    """The cells of one row (`row` and `end` as the sheet counts them)."""

    row: int
    end: int
    scheme: Scheme
    line: Line
    entry: Entry
    held: LineScore
    polarity: str

    def _at(self, name: str) -> str:
        return f"${LETTER[name]}{self.row}"

    def cells(self) -> dict[str, Cell]:
        """Column → what stands in it."""
        entry, line, held = self.entry, self.line, self.held
        marks = [_number(mark) for mark in entry.marks] + [None, None]
        value = float(held.value) if held.value is not None else ""
        share = float(held.share) if held.share is not None else ""
        return {
            "weight": (float(line.weight), "points", None),
            "numerator": (entry.numerator if line.computed else None, "whole", None),
            "denominator": (entry.denominator if line.computed else None, "whole", None),
            "multiplier": (entry.multiplier if line.computed else None, "whole", None),
            "mark1": _given(marks[0]),
            "mark2": _given(marks[1]),
            "settled": _given(_number(entry.settled)),
            "evidence": (len(entry.evidence) if line.asked else None, "whole", None),
            "value": (self._value(), "value", value),
            "target": (_float(held.target), "value", None),
            "floor": (_float(line.floor), "value", None),
            "lower": (_float(entry.lower), "value", None),
            "upper": (_float(entry.upper), "value", None),
            "previous": (_float(entry.previous), "value", None),
            "share": (self._share(), "share", share),
            "points": (
                f"=ROUND({self._at('weight')}*N({self._at('share')}),2)",
                "strong",
                float(held.points),
            ),
            "counted": (int(held.status in COUNTED), "whole", None),
            "veto": (int(line.rule == "veto"), "whole", None),
        }

    def _value(self) -> str | None:
        if self.held.value is None:
            return None
        if self.line.computed and self.entry.settled is None:
            return f"=ROUND({self._at('numerator')}*{self._at('multiplier')}/{self._at('denominator')},{VALUE_DIGITS})"
        one, two, settled = self._at("mark1"), self._at("mark2"), self._at("settled")
        return f'=ROUND(IF({settled}<>"",{settled},({one}+{two})/2),{VALUE_DIGITS})'

    def _share(self) -> str | None:
        if self.held.status != SCORED:
            return None
        if self.held.share is not None and self.held.value is None:
            return "=0"  # by the scheme: no usable number, no points
        needs_files = self.line.evidence and self.line.asked
        work = getattr(self, f"_{self.line.rule}")()
        if self.line.target == "in_force" and self.held.target is None and self.line.rule != "improvement":
            work = "0"
        return f"=IF({self._at('evidence')}>0,{work},0)" if needs_files else f"={work}"

    def _is_at(self, one: str, other: str) -> str:
        """Whether one is as good as the other, or better."""
        return f"{one}>={other}" if self.polarity == "higher" else f"{one}<={other}"

    def _at_target(self) -> str:
        return f"IF({self._is_at(self._at('value'), self._at('target'))},1,0)"

    def _linear(self) -> str:
        value, target, floor = self._at("value"), self._at("target"), self._at("floor")
        return f"MIN(MAX(ROUND(({value}-{floor})/({target}-{floor}),4),0),1)"

    def _bands(self) -> str:
        work = "0"
        for band in reversed(self.line.bands):
            work = f"IF({self._is_at(self._at('value'), str(band.limit))},{band.share},{work})"
        return work

    def _rank(self) -> str:
        columns = {
            name: f"${LETTER[name]}$2:${LETTER[name]}${self.end}"
            for name in ("scheme", "peer", "line", "value")
        }
        same = ",".join(f"{columns[name]},{self._at(name)}" for name in ("scheme", "peer", "line"))
        value = self._at("value")
        sign = ">" if self.polarity == "higher" else "<"
        count = f'COUNTIFS({same},{columns["value"]},">=-1E+300")'
        ahead = f'COUNTIFS({same},{columns["value"]},"{sign}"&{value})'
        equal = f"COUNTIFS({same},{columns['value']},{value})"
        return f"IF({count}<=1,1,ROUND(({count}-(1+{ahead}+({equal}-1)/2))/({count}-1),4))"

    def _improvement(self) -> str:
        value, before = self._at("value"), self._at("previous")
        gained = f"({value}-{before})" if self.polarity == "higher" else f"({before}-{value})"
        share = (
            f"MIN(MAX(ROUND({gained}/{self.line.step},4),0),1)" if self.entry.previous is not None else "0"
        )
        if self.held.target is None:
            return share
        return f"IF({self._is_at(value, self._at('target'))},1,{share})"

    def _interval(self) -> str:
        lower, upper, target = self._at("lower"), self._at("upper"), self._at("target")
        near, far = (lower, upper) if self.polarity == "higher" else (upper, lower)
        worse = f"{far}<{target}" if self.polarity == "higher" else f"{far}>{target}"
        return f"IF({self._is_at(near, target)},1,IF({worse},0,{self.line.similar}))"

    def _yes_no(self) -> str:
        return f"IF({self._at('value')}>0,1,0)"

    def _expert(self) -> str:
        return f"ROUND({self._at('value')},4)"

    def _veto(self) -> str:
        return "0"


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def _given(number: Fraction | None) -> Cell:
    """A mark as a number; one that has no end as decimals, such as 5/6, as a quotient."""
    if number is None:
        return None, "value", None
    if rounded(number, 6) == number:
        return float(number), "value", None
    return f"={number.numerator}/{number.denominator}", "value", float(number)


def _float(number: str | Decimal | Fraction | None) -> float | None:
    return None if number is None else float(number)
