"""Calculating once more, deliberately plain: loops and dictionaries over the returns themselves, nothing shared with the product."""

from __future__ import annotations

import math
from fractions import Fraction

Z95 = 1.959963984540054
ENOUGH = Fraction(8, 10)  # of the reports owed


def below(area: str, month: int, today: bool = False) -> list[str]:
    """Who reports for an area in a month; C2 moves from P1 to P2 at the new year of 2025, Z is in nobody's totals."""
    if today:
        month = 202601
    return {
        "PV": ["C1", "C2", "C3"],
        "P1": ["C1", "C2"] if month <= 202412 else ["C1"],
        "P2": ["C3"] if month <= 202412 else ["C2", "C3"],
    }.get(area, [area])


def sums(
    returns: dict, area: str, months: list[int], element: str, today: bool = False
) -> dict[int, tuple[int, int]]:
    """Month → (sum, how many gave a number), where anybody did."""
    found = {}
    for month in months:
        given = [returns.get((one, month), {}).get(element) for one in below(area, month, today)]
        numbers = [number for number in given if number is not None]
        if numbers:
            found[month] = (sum(numbers), len(numbers))
    return found


def count(returns: dict, area: str, months: list[int], indicator: dict, today: bool = False) -> dict:
    """Numerator, denominator, received and expected; of stocks how many are older than the last month, and the oldest."""
    ended = max((month for _, month in returns), default=None)
    owing = [month for month in months if ended is not None and month <= ended]
    names = indicator["numerator"] + indicator["denominator"]
    work = stocks if indicator["stock"] else flows
    totals, more = work(returns, area, months, owing, names, today)
    sides = {side: add(totals, indicator[side]) for side in ("numerator", "denominator")}
    return sides | {"carried": 0, "oldest": None} | more


def flows(
    returns: dict, area: str, months: list[int], owing: list[int], names: list[str], today: bool
) -> tuple[dict, dict]:
    found = {name: sums(returns, area, months, name, today) for name in names}
    used = [month for month in months if all(month in found[name] for name in names)]
    expected = sum(len(below(area, month, today)) for month in owing)
    received = min(sum(found[name][month][1] for month in used) for name in names)
    totals = {name: sum(found[name][month][0] for month in used) if used else None for name in names}
    return totals, {"received": received if expected else 0, "expected": expected}


def stocks(
    returns: dict, area: str, months: list[int], owing: list[int], names: list[str], today: bool
) -> tuple[dict, dict]:
    """Ask each who belongs to the area at the end, month by month backwards, until one month has all the numbers."""
    end = (owing or months)[-1]
    members = below(area, end, today)
    totals: dict = dict.fromkeys(names)
    of_month = []
    for member in members:
        for month in reversed(months):
            stated = [returns.get((member, month), {}).get(name) for name in names]
            if None not in stated:
                for name, number in zip(names, stated, strict=True):
                    totals[name] = (totals[name] or 0) + number
                of_month.append(month)
                break
    older = [month for month in of_month if month < end]
    return totals, {
        "received": of_month.count(max(of_month)) if of_month else 0,
        "expected": len(members) if owing else 0,
        "carried": len(older),
        "oldest": min(older, default=None),
    }


def add(totals: dict, names: list[str]) -> int | None:
    return None if any(totals[name] is None for name in names) else sum(totals[name] for name in names)


def reason(counted: dict, indicator: dict) -> str:
    few = counted["received"] < ENOUGH * counted["expected"]
    if counted["numerator"] is None:
        return "reports_missing" if few else "no_data"
    if counted["denominator"] == 0:
        return "zero_denominator"
    if indicator["method"] == "proportion" and counted["numerator"] > counted["denominator"]:
        return "implausible"
    return "reports_missing" if few else ""


def limits(counted: dict, indicator: dict) -> tuple[float, float] | None:
    part, whole = counted["numerator"], counted["denominator"]
    if part is None or not whole:
        return None
    if indicator["method"] == "rate":
        pair = byar(part) if part >= 10 else exact(part)
        return pair[0] / whole * indicator["multiplier"], pair[1] / whole * indicator["multiplier"]
    if part > whole:
        return None
    middle = (part + Z95**2 / 2) / (whole + Z95**2)
    half = Z95 / (whole + Z95**2) * math.sqrt(part * (whole - part) / whole + Z95**2 / 4)
    return (middle - half) * indicator["multiplier"], (middle + half) * indicator["multiplier"]


def byar(events: int) -> tuple[float, float]:
    more = events + 1
    return (
        events * (1 - 1 / (9 * events) - Z95 / (3 * math.sqrt(events))) ** 3,
        more * (1 - 1 / (9 * more) + Z95 / (3 * math.sqrt(more))) ** 3,
    )


def exact(events: int) -> tuple[float, float]:
    """Halving until the tail of the Poisson sum, added up term by term, is 2.5%."""

    def at_most(k: int, mean: float) -> float:
        return sum(math.exp(-mean) * mean**j / math.factorial(j) for j in range(k + 1))

    def solve(too_low) -> float:
        low, high = 0.0, 60.0
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if too_low(middle) else (low, middle)
        return low

    upper = solve(lambda mean: at_most(events, mean) > 0.025)
    lower = solve(lambda mean: 1 - at_most(events - 1, mean) < 0.025) if events else 0.0
    return lower, upper


def met(operator: str, value: Fraction | float, target: Fraction) -> bool:
    if operator == ">=":
        return value >= target
    if operator == ">":
        return value > target
    return value <= target if operator == "<=" else value < target


def gap(counted: dict, indicator: dict, operator: str, target: Fraction) -> int:
    """One more person (or one event fewer) at a time until the target is met, or no event is left."""
    step = 1 if operator.startswith(">") else -1
    people = 0
    while not met(
        operator,
        Fraction((counted["numerator"] + step * people) * indicator["multiplier"], counted["denominator"]),
        target,
    ):
        people += 1
    return people


def compare(pair: tuple[float, float], operator: str, target: Fraction) -> str:
    sides = [met(operator, limit, target) for limit in pair]
    return "better" if all(sides) else "similar" if any(sides) else "worse"
