"""Words in lines, every sign one wide: Chinese and English, and what must not stand at a line's end or beginning."""

from __future__ import annotations

import pytest

from dashboard.exports.line_breaks import NEVER_FIRST, NEVER_LAST, broken


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ("", 5, [""]),
        ("甲乙丙", 3, ["甲乙丙"]),
        ("甲乙丙丁戊", 3, ["甲乙丙", "丁戊"]),
        ("甲乙丙、丁戊", 3, ["甲乙", "丙、丁", "戊"]),  # no line begins with a comma
        ("甲乙（丙丁）", 3, ["甲乙", "（丙", "丁）"]),  # an opening bracket goes with what it opens
        ("得 100% 了", 4, ["得", "100%", "了"]),  # a number is not cut, nor parted from its sign
        ("甲 12345678", 4, ["甲", "1234", "5678"]),  # unless it alone is too wide
        ("一a-b二", 3, ["一", "a-b", "二"]),
    ],
)
def test_chinese(words: str, width: int, lines: list[str]) -> None:
    assert broken(words, width, len) == lines


def test_english_breaks_at_blanks_alone() -> None:
    """A percent sign by itself begins no line in English either."""
    lines = ["in proportion:", "100%", "(unit: %)."]
    assert broken("in proportion: 100% (unit: %).", 14, len, anywhere=False) == lines


def test_nothing_is_lost_and_no_line_is_too_wide() -> None:
    words = "国家监测指标中得满分的：5岁以下儿童死亡率、孕产妇系统管理率（93.5%）、3岁以下儿童“系统管理率”，得 100%。"
    for width in range(6, 40):
        lines = broken(words, width, len)
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        assert max(map(len, lines)) <= width
        if width >= 14:  # wide enough for everything that keeps together
            assert not [one for one in lines[1:] if one[0] in NEVER_FIRST], (width, lines)
            assert not [one for one in lines[:-1] if one[-1] in NEVER_LAST], (width, lines)
