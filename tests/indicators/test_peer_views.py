"""Units beside each other: the funnel's lines, who lies outside, and the ranks that chance leaves open."""

from __future__ import annotations

import pytest

from indicators.definition import HOME, Definition
from indicators.peer_views import drawn_in, funnel
from indicators.result import Comparison, Reason, Result
from reference.strict import read_toml


def definition(polarity: str = "higher", method: str = "proportion") -> Definition:
    """A shipped share in percent, with another better side or method where one is asked for."""
    share = read_toml(HOME / "prenatal_screening_coverage.toml", Definition)
    return share.model_copy(update={"polarity": polarity, "method": method})


def result(area: str, numerator: int | None, denominator: int, reason: Reason = Reason.NONE) -> Result:
    value = None if numerator is None else 100 * numerator / denominator
    return Result(
        area, "county", "2026-10", "share", numerator, denominator, value, None, None, "wilson", "residence", 1, 1,
        reason, None, Comparison.NO_TARGET,
    )  # fmt: skip


ALIKE = [result(f"c{place}", 800, 1000) for place in range(20)]


def test_without_spread_the_limits_are_those_of_chance_alone():
    """80% ± z √(0.8 × 0.2 / 900): z 1.959964 → ± 2.6133; z 3.090232 → ± 4.1203, at the smallest size drawn (0.9 × 1,000)."""
    found = funnel(definition(), ALIKE, 0.998)
    assert found is not None
    assert found.centre == pytest.approx(80.0)
    assert found.sizes[0] == pytest.approx(900)
    assert (found.inner[0][0], found.inner[1][0]) == pytest.approx((77.3867, 82.6133), abs=0.0001)
    assert (found.outer[0][0], found.outer[1][0]) == pytest.approx((75.8797, 84.1203), abs=0.0001)
    assert (found.over, found.under, found.widened) == (frozenset(), frozenset(), False)


def test_who_lies_outside_is_named_on_its_side():
    found = funnel(definition(), [*ALIKE, result("low", 600, 1000), result("high", 950, 1000)], 0.998)
    assert found is not None
    assert (found.under, found.over) == (frozenset({"low"}), frozenset({"high"}))


def test_too_few_units_or_no_judgement_make_no_funnel():
    assert funnel(definition(), ALIKE[:4], 0.998) is None
    unjudged = [result(one.organisation, 800, 1000, Reason.REPORTS_MISSING) for one in ALIKE]
    assert funnel(definition(), unjudged, 0.998) is None
    assert funnel(definition(method="ratio"), ALIKE, 0.998) is None


def test_units_far_apart_have_one_rank_each_and_like_ones_many():
    apart = [result("low", 1000, 10_000), result("middle", 5000, 10_000), result("high", 9000, 10_000)]
    ranks = {code: (one.rank_lower, one.rank_upper) for code, one in drawn_in(definition(), apart).items()}
    assert ranks == {"low": (1, 1), "middle": (2, 2), "high": (3, 3)}
    alike = drawn_in(definition(), ALIKE)
    assert all(one.rank_lower == 1 and one.rank_upper == 20 for one in alike.values())
    assert drawn_in(definition(), apart[:2]) == {}


def test_a_small_unit_is_drawn_further_than_a_large_one():
    many = [result(f"c{place}", 700 + 20 * place, 1000) for place in range(11)]
    found = drawn_in(definition(), [*many, result("small", 1, 10), result("large", 100, 1000)])
    assert found["small"].estimate > found["large"].estimate > 10
