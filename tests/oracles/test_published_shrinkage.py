"""Shrunken rates by the formulas of the paper, worked in a loop apart from the product's code."""

from __future__ import annotations

import pytest

from indicators.statistics import shrinkage

# Deaths and births of eight made-up districts, very unlike in size.
DEATHS = [3, 11, 0, 26, 7, 2, 40, 5]
BIRTHS = [120, 2300, 85, 3100, 1900, 60, 9800, 310]


def marshall(deaths, births):
    """Marshall RJ. Appl Stat 1991;40:283–294, the global estimator: m + C (r − m), C = A / (A + m / n), A = s² − m / n̄."""
    everybody = sum(births)
    m = sum(deaths) / everybody
    s2 = sum(n * (d / n - m) ** 2 for d, n in zip(deaths, births, strict=True)) / everybody
    a = max(s2 - m / (everybody / len(births)), 0.0)
    found = []
    for d, n in zip(deaths, births, strict=True):
        c = a / (a + m / n)
        found.append((m + c * (d / n - m), c))
    return found


def test_rates_as_marshall_shrinks_them():
    found = shrinkage.empirical_bayes(DEATHS, BIRTHS, kind="rate", prior="moments")
    wanted = marshall(DEATHS, BIRTHS)
    assert sum(c for _, c in wanted) > 0.5, "the example varies beyond chance"
    assert found.estimate.tolist() == pytest.approx([rate for rate, _ in wanted], rel=1e-12)
    assert found.weight.tolist() == pytest.approx([c for _, c in wanted], rel=1e-12)
    assert found.mean == pytest.approx(94 / 17675)
    assert (found.lower < found.estimate).all()
    assert (found.estimate < found.upper).all()


def test_without_variance_beyond_chance_all_have_the_common_rate():
    """Rates of 10 per 1,000 in units of 1,000 to 3,000: A is below 0, and Marshall puts every unit at the mean."""
    deaths, births = [10, 21, 29, 10], [1000, 2000, 3000, 1000]
    assert all(c == 0 for _, c in marshall(deaths, births))
    found = shrinkage.empirical_bayes(deaths, births, kind="rate", prior="moments")
    assert found.estimate.tolist() == pytest.approx([0.01] * 4, rel=1e-3)


def test_shares_have_the_prior_whose_variance_is_seen():
    """Four units of 100 with 10, 20, 30 and 40: mean 0.25, variance 0.0125; of it 0.25 × 0.75 / 100 = 0.001875 is chance.

    A = (0.0125 − 0.001875) / (1 − 1/100) = 0.0107323; strength 0.1875 / A − 1 = 16.4706; weight 100 / 116.4706 = 0.858586.
    """
    found = shrinkage.empirical_bayes([10, 20, 30, 40], 100, prior="moments")
    assert found.strength == pytest.approx(16.4706, abs=5e-5)
    assert found.weight.tolist() == pytest.approx([0.858586] * 4, abs=5e-7)
    assert found.estimate.tolist() == pytest.approx(
        [0.25 + 0.858586 * away for away in (-0.15, -0.05, 0.05, 0.15)], abs=1e-6
    )


@pytest.mark.parametrize("prior", ["moment", None, ["moments"]])
def test_the_prior_is_one_of_two(prior):
    with pytest.raises(ValueError, match="prior"):
        shrinkage.empirical_bayes([1, 2, 3], 9, prior=prior)
