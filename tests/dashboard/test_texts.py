"""Every Chinese message of the interface has an English translation, and no translation is left over."""

from __future__ import annotations

import ast
import datetime as dt
import string
from pathlib import Path

import dashboard
from dashboard.texts import Texts, catalogue

SOURCES = sorted(Path(dashboard.__file__).parent.rglob("*.py"))
SPEAKERS = {"t", "texts", "mark"}


def messages() -> set[str]:
    """Every literal that is spoken: t("…"), texts("…"), visit.texts("…"), mark("…")."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            said = node.args[0]
            if name in SPEAKERS and isinstance(said, ast.Constant) and isinstance(said.value, str):
                found.add(said.value)
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_messages_to_speak_of() -> None:
    assert "产前筛查率" not in messages(), "names of indicators are data"
    assert {"概览", "数据上报", "确实落后，非偶然"} <= messages()


def test_every_message_is_translated_and_no_translation_is_left_over() -> None:
    english = set(catalogue("en"))
    assert sorted(messages() - english) == []
    assert sorted(english - messages()) == []


def test_no_message_stands_in_the_catalogue_twice() -> None:
    """The later of two would win in silence, and be the wrong word for one of its places."""
    path = Path(dashboard.__file__).parent / "locale" / "en" / "LC_MESSAGES" / "mch.po"
    lines = [one for one in path.read_text(encoding="utf-8").splitlines() if one.startswith("msgid ")]
    assert sorted(one for one in set(lines) if lines.count(one) > 1) == []


def test_translations_fill_the_same_braces() -> None:
    unlike = {zh: en for zh, en in catalogue("en").items() if fields(zh) != fields(en)}
    assert unlike == {}


def test_no_chinese_is_left_in_english() -> None:
    chinese = {
        zh: en for zh, en in catalogue("en").items() if any("\u4e00" <= sign <= "\u9fff" for sign in en)
    }
    assert chinese == {}


def test_speaking_fills_the_braces_in_either_language() -> None:
    assert Texts("zh")("数据截至 {month}", month="2026年10月") == "数据截至 2026年10月"
    assert Texts("en")("数据截至 {month}", month="Oct 2026") == "Data up to Oct 2026"


def test_english_knows_one_from_many() -> None:
    english = Texts("en")
    assert english("佐证 {count} 份", count=1) == "1 file of evidence"
    assert english("佐证 {count} 份", count=2) == "2 files of evidence"
    assert english("{errors} 处错误，{warnings} 处提醒", errors=1, warnings=0) == "1 error, 0 warnings"


def test_values_with_braces_are_not_filled_again() -> None:
    assert (
        Texts("zh")("没有代码为“{found}”的单位。", found="{0.__class__}")
        == "没有代码为“{0.__class__}”的单位。"
    )


def test_dates_are_written_as_people_write_them() -> None:
    day = dt.date(2026, 3, 5)
    assert Texts("zh").date(day) == "2026年3月5日"
    assert Texts("en").date(day) == "5 Mar 2026"
    assert Texts("zh").month(202610) == "2026年10月"
    assert Texts("en").month(202610) == "Oct 2026"


def test_times_are_those_of_clocks_in_china():
    late = dt.datetime(2026, 11, 3, 17, 30, tzinfo=dt.UTC)
    assert Texts("zh").moment(late) == "2026年11月4日 01:30"
