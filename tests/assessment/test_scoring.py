"""How lines become a total: redistribution, vetoes, settled marks, places and their intervals, worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from indicators.scoring.entries import Entry, Participant, read_participant, settled_mark
from indicators.scoring.ranks import rank_all
from indicators.scoring.score import Score, score_all
from reference.assessments import Scheme

LINE = {
    "zh": "甲",
    "en": "A",
    "numerator": ("live_births",),
    "denominator": ("parturient_women",),
    "polarity": "higher",
}
ASKED = {"zh": "乙", "en": "B"}


def scheme(**changes: object) -> Scheme:
    """Two domains of 60 and 40: a is at least 80, b from 50 to 100 in proportion; c is asked, and a veto."""
    first = {
        "code": "first",
        "zh": "一",
        "en": "One",
        "lines": [
            {**LINE, "code": "a", "weight": 20, "rule": "at_target", "target": 80, "multiplier": 100},
            {
                **LINE,
                "code": "b",
                "weight": 40,
                "rule": "linear",
                "target": 100,
                "floor": 50,
                "multiplier": 100,
            },
        ],
    }
    second = {
        "code": "second",
        "zh": "二",
        "en": "Two",
        "lines": [
            {**ASKED, "code": "c", "weight": 40, "rule": "expert", "asked": "expert"},
            {**ASKED, "code": "v", "weight": 0, "rule": "veto", "asked": "yes_no"},
        ],
    }
    said = {
        "code": "made", "family": "made", "year": 2026, "zh": "样", "en": "Made", "document": "-", "source": "-", "mark": "K",
        "subject": "county", "weights": "placeholder", "no_data": "not_applicable", "veto_cap": 59,
        "allowed_difference": "0.2", "seed": 7, "draws": 4000,
        "peers": {"element": "live_births", "zh": ["全部"], "en": ["all"]},
        "grades": [{"limit": 60, "zh": "合格", "en": "Passed"}, {"limit": 0, "zh": "不合格", "en": "Not passed"}],
        "domains": [first, second],
    }  # fmt: skip
    return Scheme.model_validate({**said, **changes})


def share(top: int, below: int = 100, **more: object) -> Entry:
    return Entry(numerator=top, denominator=below, multiplier=100, method="proportion", **more)


def marks(*found: str) -> Entry:
    return Entry(marks=found)


def who(name: str = "one", **entries: Entry) -> Participant:
    usual = {"a": share(80), "b": share(75), "c": marks("1/2", "1/2"), "v": marks("0", "0")}
    return Participant(name, name, "made", "1", 100, {**usual, **entries})


def scored(*members: Participant, **changes: object) -> list[Score]:
    return score_all({"made": scheme(**changes)}, members)


def test_points_domains_and_total() -> None:
    """20 + 40 × (75 - 50) / 50 = 40 of 60; 40 × ½ = 20 of 40; 60 together."""
    (found,) = scored(who())
    assert [one.score for one in found.domains] == ["40.00", "20.00"]
    assert (found.total, found.grade_en, found.vetoes) == ("60.00", "Passed", ())


def test_the_weight_of_a_line_without_data_goes_to_the_rest_of_its_domain() -> None:
    """b alone: 20 of its 40, so 60 × 20 / 40 = 30; with c's 20 that is 50."""
    (found,) = scored(who(a=Entry(reason="no_data")))
    assert found.domains[0].applicable == "40.00"
    assert [one.score for one in found.domains] == ["30.00", "20.00"]
    assert found.total == "50.00"
    assert "by the scheme left out" in found.line("a").en


def test_a_domain_without_any_line_leaves_its_weight_to_the_others() -> None:
    """Only the second domain: 100 × 20 / 40 = 50."""
    (found,) = scored(who(a=Entry(reason="no_data"), b=Entry(reason="reports_missing")))
    assert found.domains[0].score is None
    assert found.total == "50.00"


def test_no_data_scores_zero_where_the_scheme_says_so() -> None:
    (found,) = scored(who(a=Entry(reason="no_data")), no_data="zero")
    assert found.line("a").status == "scored"
    assert found.total == "40.00"


def test_an_implausible_number_is_not_used() -> None:
    (found,) = scored(who(b=share(140, reason="implausible")))
    assert found.line("b").value is None
    assert found.line("b").status == "no_data"


def test_not_applicable_by_review() -> None:
    (found,) = scored(who(a=share(10, applies=False)))
    assert found.line("a").status == "not_applicable"
    assert found.total == "50.00"


def test_a_veto_caps_the_total_and_keeps_what_it_was_before() -> None:
    (found,) = scored(who(v=marks("1", "1")))
    assert (found.total, found.before_veto, found.vetoes, found.grade_en) == (
        "59.00",
        "60.00",
        ("v",),
        "Not passed",
    )


@pytest.mark.parametrize(
    ("entry", "rule", "mark"),
    [
        (marks("3/4", "5/8"), "expert", Fraction(11, 16)),
        (marks("1", "4/5"), "expert", Fraction(9, 10)),  # exactly as far apart as is allowed
        (marks("1", "3/4"), "expert", None),
        (marks("1"), "expert", None),
        (marks("1", "0"), "yes_no", None),  # there is no half of a fact
        (marks("90", "91"), "linear", None),
        (Entry(marks=("1", "0"), settled="1"), "yes_no", Fraction(1)),
    ],
)
def test_two_marks(entry: Entry, rule: str, mark: Fraction | None) -> None:
    assert settled_mark(entry, Fraction(1, 5), rule) == mark


def test_a_line_that_waits_earns_nothing_and_is_counted() -> None:
    (found,) = scored(who(c=marks("1", "0")))
    assert found.line("c").status == "pending"
    assert (found.pending, found.total) == (1, "40.00")


def test_places_are_shared_by_equals_and_told_within_peers() -> None:
    found = scored(who("x"), who("y"), who("z", b=share(100)))
    assert [(one.place, one.tied, one.peers) for one in found] == [(2, 2, 3), (2, 2, 3), (1, 1, 3)]


def test_intervals_of_places_tell_chance_from_difference() -> None:
    """With 100,000 women each, 75%, 80% and 95% are three places; with 20 the first two may be either; seeded, so the same."""

    def ranked(below: int) -> list[tuple[int, int, tuple[str, ...]]]:
        sure = share(100, 100, reason="")  # line a far from its target, so that b alone decides
        members = [
            who(name, a=sure, b=share(below * part // 100, below))
            for name, part in (("x", 75), ("y", 80), ("z", 95))
        ]
        rankings = rank_all({"made": scheme()}, members, scored(*members))
        assert rankings == rank_all({"made": scheme()}, members, scored(*members))
        return [(one.low, one.high, one.like) for one in rankings]

    assert ranked(100_000) == [(3, 3, ()), (2, 2, ()), (1, 1, ())]
    few = ranked(20)
    assert few[0][0] < 3
    assert "y" in few[0][2]
    # 15 and 19 of 20 are not told apart either (Fisher's exact test: p = 0.18), so z may stand in any place.
    assert few[2] == (1, 3, ("x", "y"))


def test_an_entry_survives_being_written() -> None:
    one = who(a=share(3, lower="1.0000", sources=("form|x|1|2",), evidence=("ff",)), c=marks("5/6", "2/3"))
    assert read_participant(one.told()) == one
