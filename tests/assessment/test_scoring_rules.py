"""Each scoring rule with examples worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from indicators.scoring.numbers import rounded, shortened, written
from indicators.scoring.rules import RULES, Facts, Outcome
from reference.assessments import NEEDS

F = Fraction
HIGHER, LOWER = "higher", "lower"
BANDS = ((F(35), F(1)), (F(40), F("0.8")), (F(45), F("0.5")))
EXAMPLES = [
    # at or above target: exactly at the target counts as met, on either side
    ("at_target", Facts(HIGHER, F(90), F(90)), 1),
    ("at_target", Facts(HIGHER, F("89.9999"), F(90)), 0),
    ("at_target", Facts(LOWER, F(100), F(100)), 1),
    ("at_target", Facts(LOWER, F("100.0001"), F(100)), 0),
    # linear: (84 - 70) / (90 - 70) = 0.7; (8.5 - 10) / (6 - 10) = 0.375; beyond either end nothing more
    ("linear", Facts(HIGHER, F(84), F(90), F(70)), F("0.7")),
    ("linear", Facts(LOWER, F("8.5"), F(6), F(10)), F("0.375")),
    ("linear", Facts(HIGHER, F(60), F(90), F(70)), 0),
    ("linear", Facts(LOWER, F(5), F(6), F(10)), 1),
    # (35.5355 - 10) / 30 = 0.85118333… → 0.8512
    ("linear", Facts(HIGHER, F("35.5355"), F(40), F(10)), F("0.8512")),
    ("bands", Facts(LOWER, F(35), bands=BANDS), 1),
    ("bands", Facts(LOWER, F("35.0001"), bands=BANDS), F("0.8")),
    ("bands", Facts(LOWER, F(46), bands=BANDS), 0),
    # rank: 1 - 2/21 = 0.90476… → 0.9048; two tied at the top of five stand at 1.5: (5 - 1.5) / 4 = 0.875
    ("rank", Facts(value=F(1), rank=F(3), peers=22), F("0.9048")),
    ("rank", Facts(value=F(1), rank=F("1.5"), peers=5), F("0.875")),
    ("rank", Facts(value=F(1), rank=F(5), peers=5), 0),
    ("rank", Facts(value=F(1), rank=F(1), peers=1), 1),
    # improvement: from 60 to 62 where 5 earns all: 0.4; worse than before: none; at the target already: all
    ("improvement", Facts(HIGHER, F(62), previous=F(60), step=F(5)), F("0.4")),
    ("improvement", Facts(HIGHER, F(58), previous=F(60), step=F(5)), 0),
    ("improvement", Facts(HIGHER, F(80), target=F(80), previous=F(90), step=F(5)), 1),
    ("improvement", Facts(LOWER, F("1.1"), target=F(1), previous=F("1.25"), step=F("0.3")), F("0.5")),
    ("improvement", Facts(HIGHER, F(62), step=F(5)), None),
    # interval, lower better, target 12: wholly below all, holding it eight tenths, wholly above none
    ("interval", Facts(LOWER, F(5), F(12), lower=F(2), upper=F(12), similar=F("0.8")), 1),
    ("interval", Facts(LOWER, F(15), F(12), lower=F(11), upper=F(20), similar=F("0.8")), F("0.8")),
    ("interval", Facts(LOWER, F(30), F(12), lower=F("12.0001"), upper=F(50), similar=F("0.8")), 0),
    ("interval", Facts(HIGHER, F(95), F(90), lower=F(90), upper=F(99), similar=F("0.5")), 1),
    ("interval", Facts(HIGHER, F(95), F(90), similar=F("0.5")), None),
    ("yes_no", Facts(mark=F(1)), 1),
    ("yes_no", Facts(mark=F(1), has_evidence=False), 0),
    ("yes_no", Facts(mark=F(0)), 0),
    ("expert", Facts(mark=F(5, 6)), F("0.8333")),
    ("veto", Facts(mark=F(1)), 0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "facts", "share"), EXAMPLES)
def test_examples(rule: str, facts: Facts, share: object) -> None:
    found = RULES[rule](facts)
    assert isinstance(found, Outcome)
    assert found.share == share
    assert found.zh
    assert found.en
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in found.en)


def test_every_rule_of_the_schemes_is_there_and_has_examples() -> None:
    assert set(RULES) == set(NEEDS) == {rule for rule, *_ in EXAMPLES}


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (F(1, 200), 2, "0.01"),  # half away from zero, as ROUND(0.005, 2)
        (F(-1, 200), 2, "-0.01"),
        (F("2.675"), 2, "2.68"),  # where a binary double would say 2.67
        (F(2, 3), 4, "0.6667"),
        (F(0), 2, "0.00"),
        (F("1234.5"), 0, "1235"),
    ],
)
def test_rounding(number: F, digits: int, text: str) -> None:
    assert written(number, digits) == text
    assert written(rounded(number, digits), digits) == text


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("44.4023 在 45 一档，得 50%", "44.4 在 45 一档，得 50%"),
        ("The interval 0.3439–75.6811 holds the target 12, no clear difference: 80%", "The interval 0.34–75.68 holds the target 12, no clear difference: 80%"),
        ("2891.4918，同组 22 家中列第 8，得 66.67%", "2,891.49，同组 22 家中列第 8，得 66.67%"),
        ("44.9978 misses the target 45: no points", "44.998 misses the target 45: no points"),
        ("89.9999 未达目标 90，不得分", "89.9999 未达目标 90，不得分"),
        ("0.0041 未达目标 0，不得分", "0.004 未达目标 0，不得分"),
        ("从上年 -3.1234 到 5.5555", "从上年 -3.12 到 5.56"),
    ],
)  # fmt: skip
def test_a_sentence_is_short_but_never_says_what_is_not_so(stored: str, shown: str) -> None:
    assert shortened(stored) == shown
