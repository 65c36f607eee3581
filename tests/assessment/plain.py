"""A second, deliberately plain way of scoring, with decimals and loops: shares nothing with the product's scoring."""

from __future__ import annotations

import json
import tomllib
from decimal import ROUND_HALF_UP, Decimal, getcontext
from typing import Any

getcontext().prec = 60
D = Decimal


def rounds(number: Decimal, digits: int) -> Decimal:
    return number.quantize(D(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def mark_of(text: str) -> Decimal:
    top, _, below = text.partition("/")
    return D(top) / D(below or 1)


def value_of(line: dict[str, Any], entry: dict[str, Any], previous: bool = False) -> Decimal | None:
    if line.get("asked"):
        if "settled" in entry:
            return mark_of(entry["settled"])
        marks = [mark_of(one) for one in entry.get("marks", [])]
        return sum(marks, D(0)) / len(marks) if marks else None
    front = "previous_" if previous else ""
    top, below = entry.get(f"{front}numerator"), entry.get(f"{front}denominator")
    if top is None or not below or (entry.get("reason") and not previous):
        return None
    return rounds(D(top) * entry.get("multiplier", 1) / D(below), 4)


def share_of(
    line: dict[str, Any], entry: dict[str, Any], value: Decimal, peers: list[Decimal]
) -> Decimal | None:
    up = line.get("polarity", entry.get("polarity", "higher")) == "higher"
    target = entry.get("target") if line.get("target") == "in_force" else line.get("target")
    target = None if target is None else D(str(target))
    if target is None and line.get("target") == "in_force" and line["rule"] != "improvement":
        return None

    def good(one: Decimal, other: Decimal) -> bool:
        return one >= other if up else one <= other

    match line["rule"]:
        case "at_target":
            return D(good(value, target))
        case "linear":
            floor = D(str(line["floor"]))
            share = min(max(rounds((value - floor) / (target - floor), 4), D(0)), D(1))
            return share if entry.get("evidence") or not line.get("evidence") else D(0)
        case "bands":
            if line.get("evidence") and not entry.get("evidence"):
                return D(0)
            reached = [D(str(one["share"])) for one in line["bands"] if good(value, D(str(one["limit"])))]
            return max(reached, default=D(0))
        case "rank":
            ahead = sum(good(one, value) and one != value for one in peers)
            place = D(1 + ahead) + D(peers.count(value) - 1) / 2
            return D(1) if len(peers) == 1 else rounds((len(peers) - place) / (len(peers) - 1), 4)
        case "improvement":
            if target is not None and good(value, target):
                return D(1)
            before = value_of(line, entry, previous=True)
            if before is None:
                return None
            gained = (value - before) * (1 if up else -1)
            return min(max(rounds(gained / D(str(line["step"])), 4), D(0)), D(1))
        case "interval":
            low, high = D(entry["lower"]), D(entry["upper"])
            near, far = (low, high) if up else (high, low)
            return D(1) if good(near, target) else D(0) if not good(far, target) else D(str(line["similar"]))
        case "yes_no":
            return D(value > 0 and bool(entry.get("evidence") or not line.get("evidence")))
        case "expert":
            return rounds(value, 4)
    return D(0)


def totals(schemes: dict[str, str], inputs: str) -> dict[str, Decimal]:
    """Organisation → total, from the schemes' texts and the signed inputs."""
    members, found = json.loads(inputs), {}
    for one in members:
        scheme = tomllib.loads(schemes[one["scheme"]])
        group = [two for two in members if (two["scheme"], two["peer"]) == (one["scheme"], one["peer"])]
        earned, possible, vetoed = D(0), D(0), False
        for domain in scheme["domains"]:
            points = weights = whole = D(0)
            for line in domain["lines"]:
                entry, weight = one["entries"].get(line["code"], {}), D(str(line["weight"]))
                whole += weight
                value = value_of(line, entry)
                if value is None:
                    continue
                vetoed |= line["rule"] == "veto" and value > 0
                others = [value_of(line, two["entries"].get(line["code"], {})) for two in group]
                share = share_of(line, entry, value, [other for other in others if other is not None])
                if share is not None:
                    points += rounds(weight * share, 2)
                    weights += weight
            if weights:
                earned += rounds(whole * points / weights, 2)
                possible += whole
        total = rounds(100 * earned / possible, 2)
        found[one["organisation"]] = min(total, D(str(scheme["veto_cap"]))) if vetoed else total
    return found
