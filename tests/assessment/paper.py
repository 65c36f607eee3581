"""Reads the sums that docs/assessment.md works out by hand, and works each of them out again from what is printed there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

F = Fraction
NOTHING = F(0)
NUMBER = r"[\d,]+(?:\.\d+)?"


@dataclass
class Row:
    """One line as printed; `share` None: left out."""

    name: str
    weight: F
    value: F
    share: F | None
    points: F


@dataclass
class Paper:
    """One institution's table."""

    code: str
    live_births: int
    peers: int
    rows: list[Row] = field(default_factory=list)
    domains: list[F] = field(default_factory=list)
    total: F = NOTHING


def number(text: str) -> F:
    return F(text.replace(",", "").strip())


def half_up(value: F, digits: int) -> F:
    sign, scaled = (-1 if value < 0 else 1), abs(value) * 10**digits
    return F(sign * ((2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)), 10**digits)


def value_of(text: str) -> F:
    """'12 × 100 ÷ 345 = 3.4783', '(3/4 + 5/8) ÷ 2 = 0.6875' or a plain number; the quotient is worked out again."""
    left, _, right = text.partition("=")
    if not right:
        return number(text)
    if found := re.fullmatch(rf"({NUMBER}) × (\d+) ÷ ({NUMBER})", left.strip()):
        again = number(found[1]) * number(found[2]) / number(found[3])
    else:
        found = re.fullmatch(r"\((\S+) \+ (\S+)\) ÷ 2", left.strip())
        assert found, left
        again = (F(found[1]) + F(found[2])) / 2
    assert half_up(again, 4) == number(right), text
    return half_up(again, 4)


def share_of(rule: str, value: F) -> F | None:
    """What the rule as printed gives."""
    minus = rule.replace("−", "-")
    if found := re.fullmatch(r"\((\S+) - (\S+)\) ÷ \((\S+) - (\S+)\), within 0–1", minus):
        here, floor, target, again = (number(one) for one in found.groups())
        assert (here, floor) == (value, again), rule
        return min(max(half_up((here - floor) / (target - floor), 4), F(0)), F(1))
    if found := re.fullmatch(r"\((\d+) - place ([\d.]+)\) ÷ (\d+)", minus):
        peers, place, steps = (number(one) for one in found.groups())
        assert steps == peers - 1
        return half_up((peers - place) / steps, 4)
    if found := re.fullmatch(r"(\S+) ([≥≤]) (\S+): (yes|no)", rule):
        assert number(found[1]) == value
        met = value >= number(found[3]) if found[2] == "≥" else value <= number(found[3])
        assert met == (found[4] == "yes"), rule
        return F(met)
    if found := re.fullmatch(r"(from|up to) ((?:\S+ → [\d.]+(?:, )?)+)", rule):
        bands = [one.split(" → ") for one in found[2].split(", ")]
        good = (lambda limit: value >= limit) if found[1] == "from" else (lambda limit: value <= limit)
        return max((F(share) for limit, share in bands if good(F(limit))), default=F(0))
    if found := re.fullmatch(r"([\d.]+)–([\d.]+) against ([\d.]+), holds it → ([\d.]+)", rule):
        low, high, target, share = (F(one) for one in found.groups())
        assert low <= target < high, rule
        return share
    if rule == "the mean":
        return value
    if "left out" in rule:
        return None
    known = {"yes with evidence": F(1), "no": F(0), "did not happen": F(0)}
    return F(1) if re.fullmatch(r"at [\d.]+ already: all", rule) else known[rule]


def read_papers(text: str) -> list[Paper]:
    """Every table of the document, each of its sums worked out again; AssertionError names the first that is wrong."""
    found: list[Paper] = []
    head = rf"\*\*(MCH\d{{6}})\*\*.*?; ({NUMBER}) live births .*? with (\d+) peers\)\n(.*?)\nTotal = ([\d.+ ]+) = \*\*([\d.]+)\*\*"
    for code, births, peers, table, sums, total in re.findall(head, text, re.DOTALL):
        paper, points, weight, whole = Paper(code, int(number(births)), int(peers)), F(0), F(0), F(0)
        for line in table.splitlines():
            cells = [one.strip() for one in line.strip("|").split("|")]
            if len(cells) != 6 or cells[0] == "line" or set(cells[0]) == {"-"}:
                continue
            if cells[0].startswith("**"):
                score = F(cells[5].strip("*"))
                assert cells[3] == f"{float(whole):g} × {float(points):.2f} ÷ {float(weight):g}", line
                assert half_up(whole * points / weight, 2) == score, line
                paper.domains.append(score)
                points = weight = whole = F(0)
                continue
            row = Row(
                cells[0],
                F(cells[1]),
                value_of(cells[2]),
                share_of(cells[3], value_of(cells[2])),
                F(cells[5] or 0),
            )
            whole += row.weight
            if row.share is not None:
                assert row.share == F(cells[4]), line
                assert half_up(row.weight * row.share, 2) == row.points, line
                points, weight = points + row.points, weight + row.weight
            else:
                assert cells[4] == "left out", line
            paper.rows.append(row)
        paper.total = F(total)
        assert paper.domains == [F(one) for one in sums.split("+")]
        assert sum(paper.domains) == paper.total
        found.append(paper)
    return found
