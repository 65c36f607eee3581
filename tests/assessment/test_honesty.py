"""What rankings claim, held against simulated truth; and scores pressed where rules meet: vetoes with ties, nothing that applies,
denominators of nought, marks that cannot be, sums of rounded numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from indicators.scoring.entries import Entry
from indicators.scoring.ranks import rank_all
from tests.assessment.test_scoring import marks, scheme, scored, share, who


def _coverage(truth: Sequence[float], women: int, times: int) -> float:
    """How often the interval of a place holds the true place, on average over institutions and repetitions."""
    random, made = np.random.default_rng(2026), {"made": scheme(draws=400)}
    places = [1 + sum(other > one for other in truth) for one in truth]
    held = []
    for _ in range(times):
        counts = random.binomial(women, truth)
        members = [who(f"i{at}", a=share(100), b=share(int(count), women)) for at, count in enumerate(counts)]
        rankings = rank_all(made, members, scored(*members, draws=400))
        held += [one.low <= place <= one.high for one, place in zip(rankings, places, strict=True)]
    return float(np.mean(held))


@pytest.mark.parametrize(
    ("truth", "women"),
    [
        (np.linspace(0.60, 0.90, 12), 200),  # far apart
        (np.linspace(0.60, 0.90, 12), 50),
        (np.linspace(0.74, 0.76, 12), 100),  # nearly alike: what was drawn alone holds 86% here
    ],
)
def test_intervals_of_places_hold_the_truth_as_often_as_they_say(truth: Sequence[float], women: int) -> None:
    """95% is claimed; 40 repetitions of 12 institutions leave a standard error of a good percentage point."""
    assert _coverage(truth, women, 40) >= 0.93


def test_who_is_not_told_apart_lies_within_the_interval() -> None:
    members = [who(f"i{at}", a=share(100), b=share(75 + at, 100)) for at in range(9)]
    rankings = rank_all({"made": scheme()}, members, scored(*members))
    for one in rankings:
        assert one.low <= one.place <= one.high
        assert one.high - one.low >= len(one.like)


def test_vetoes_make_ties_and_a_tie_shares_the_better_place() -> None:
    """Two fall to the cap of 59, a third reaches 60: it is first, and the two share the second place."""
    found = scored(who("x", v=marks("1", "1"), b=share(100)), who("y", v=marks("1", "1")), who("z"))
    assert [(one.total, one.place, one.tied) for one in found] == [
        ("59.00", 2, 2),
        ("59.00", 2, 2),
        ("60.00", 1, 1),
    ]
    assert [one.before_veto for one in found] == ["80.00", "60.00", "60.00"]
    rankings = rank_all({"made": scheme()}, [who("x", v=marks("1", "1"), b=share(100)), who("y", v=marks("1", "1"))],
                        scored(who("x", v=marks("1", "1"), b=share(100)), who("y", v=marks("1", "1"))))  # fmt: skip
    assert [one.like for one in rankings] == [("y",), ("x",)], "both are held at the cap in nearly every draw"


def test_a_veto_above_the_cap_alone_changes_nothing_below_it() -> None:
    (found,) = scored(who(v=marks("1", "1"), a=share(0), b=share(50)))
    assert (found.total, found.before_veto) == ("20.00", "20.00"), "a total below the cap stays"


def test_nothing_that_applies_has_no_total() -> None:
    nothing = {line: Entry(applies=False) for line in ("a", "b", "c", "v")}
    (found,) = scored(who(**nothing))
    assert {one.score for one in found.domains} == {None}
    assert found.total == "0.00"
    assert {one.status for one in found.lines} == {"not_applicable"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (share(0, 0), "no data"),
        (share(0, 0, reason="zero_denominator"), "the denominator is zero"),
        (Entry(numerator=None, denominator=5), "no data"),
    ],
)
def test_a_denominator_of_nought_is_left_out_and_says_so(entry: Entry, said: str) -> None:
    (found,) = scored(who(b=entry))
    line = found.line("b")
    assert (line.status, line.value, line.points) == ("no_data", None, "0.00")
    assert said in line.en.lower()
    assert found.domains[0].score == "60.00", "line a alone, at its target, bears the whole domain"


@pytest.mark.parametrize("given", [("5/4", "5/4"), ("-1/4", "-1/4"), ("1", "5/4")])
def test_an_expert_score_out_of_range_is_none(given: tuple[str, str]) -> None:
    (found,) = scored(who(c=marks(*given)))
    assert found.line("c").status == "pending"
    assert found.line("c").points == "0.00"


def test_a_yes_of_two_is_none() -> None:
    (found,) = scored(who(v=marks("2", "2")))
    assert found.vetoes == ()
    assert found.pending == 1


def test_points_are_rounded_before_they_are_added_as_a_spreadsheet_prints_them() -> None:
    """b: (60 - 50) ÷ 50 = 0.2 of 40 = 8, a missed; c: a third, 0.3333 of 40 = 13.33; together 21.33. Three lines of 10 at a
    third earn 3.33 each and 9.99 together, though a third of 30 is 10: what is printed adds up."""
    (found,) = scored(who(a=share(0), b=share(60), c=marks("1/3", "1/3")))
    assert [one.score for one in found.domains] == ["8.00", "13.33"]
    assert found.total == "21.33"
    line = {"zh": "丙", "en": "C", "rule": "expert", "asked": "expert", "weight": 10}
    three = [{"code": "first", "zh": "一", "en": "One", "lines": [{**line, "code": code} for code in ("p", "q", "r")]},
             {"code": "second", "zh": "二", "en": "Two", "lines": [{**line, "code": "s", "weight": 70}]}]  # fmt: skip
    third = marks("1/3", "1/3")
    (found,) = scored(who(p=third, q=third, r=third, s=third), domains=three)
    # 10 × 0.3333 = 3.33, three times 9.99, where 30 × ⅓ is 10; 70 × 0.3333 = 23.33.
    assert [one.score for one in found.domains] == ["9.99", "23.33"]
    assert found.total == "33.32"


def test_a_weight_given_away_is_given_in_proportion() -> None:
    """Of 60, the line of 20 does not apply: the line of 40 at 0.2 earns 8 of 40, and 60 × 8 ÷ 40 = 12."""
    (found,) = scored(who(a=Entry(applies=False), b=share(60)))
    assert (found.domains[0].applicable, found.domains[0].score) == ("40.00", "12.00")
