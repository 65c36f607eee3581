"""Numbers and grades in words: the sentences of sentences.toml filled in, values with their unit and sensible decimals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from indicators.definition import Definition
from reference.strict import Strict, read_toml

PAST = 12  # months looked back on for how long something has stood
LEVELS = {
    3: ("三级", "level three"),
    2: ("二级", "level two"),
    1: ("一级", "level one"),
    0: ("未定级", "not graded"),
}
CLASSES = {"A": ("甲等", "class A"), "B": ("乙等", "class B"), "none": ("未定等", "no class")}


class Sentence(Strict):
    """One row of sentences.toml."""

    kind: str
    zh: str
    en: str


class SentenceFile(Strict):
    """sentences.toml."""

    sentences: tuple[Sentence, ...]


@cache
def sentences() -> Mapping[str, Sentence]:
    """All sentences, by kind."""
    file = read_toml(Path(__file__).with_name("sentences.toml"), SentenceFile)
    return {one.kind: one for one in file.sentences}


def say(kind: str, language: str, words: Mapping[str, str]) -> str:
    """A sentence filled in; raises KeyError when a word it needs is missing."""
    sentence = sentences()[kind]
    return (sentence.zh if language == "zh" else sentence.en).format_map(words)


def stood_words(stood: int, language: str) -> str:
    """For how many months something has stood, as a sentence."""
    if stood <= 1:
        return say("is_new", language, {})
    return say("since", language, {"stood": stood_for(stood, language)})


def stood_for(stood: int, language: str) -> str:
    """The same without its full stop."""
    kind = "stood_longer" if stood > PAST else "stood"
    return say(kind, language, {"months": str(min(stood, PAST))})


def amount(definition: Definition, value: float | None, language: str) -> str:
    """A value with its unit: 71.3%, 12.4/10万."""
    if value is None:
        return "—"
    unit = definition.unit(language)
    close = unit.startswith(("%", "‰", "/")) or not unit
    return f"{value:,.{definition.decimals}f}{'' if close else ' '}{unit}"


def people(definition: Definition, language: str) -> str:
    """What one unit of the gap is: 名孕产妇接受筛查, women screened; cases where the indicator does not say."""
    said = definition.people_zh if language == "zh" else definition.people_en
    return said or ("例" if language == "zh" else "cases")


def counted(definition: Definition, language: str) -> str:
    """What follows a mere number of the gap: in Chinese the counting word alone (人, 例, 份), in English the whole of it."""
    said = people(definition, language)
    return said if language == "en" else "人" if said[0] == "名" else said[0]


def day(when: dt.date, language: str) -> str:
    """A day: 2026年3月1日, 2026-03-01."""
    return f"{when.year}年{when.month}月{when.day}日" if language == "zh" else when.isoformat()


def grade_name(level: int | None, grade_class: str, language: str) -> str:
    """A grade as people say it: 二级甲等, level two class A."""
    index = 0 if language == "zh" else 1
    if level is None:
        return ("等级未登记", "not graded on record")[index]
    parts = [LEVELS[level][index], CLASSES[grade_class][index] if grade_class in CLASSES and level else ""]
    return ("" if language == "zh" else " ").join(part for part in parts if part)
