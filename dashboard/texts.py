"""The interface's words. Chinese is the source language; other languages come from message catalogues, read at run time."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from reference.reporting import CHINA

HOME = Path(__file__).parent / "locale"
SOURCE = "zh"
LANGUAGES = {"zh": "中文", "en": "English"}
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def mark(message: str) -> str:
    """Name a message that a table holds and that is translated later, when it is shown."""
    return message


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Message → translation of a language; empty for the source language."""
    if language == SOURCE:
        return {}
    with (HOME / language / "LC_MESSAGES" / "mch.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id and entry.string}


class _Filling(string.Formatter):
    """Fills braces; `{count:file|files}` is the one word where the count is one, else the other."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, between, many = format_spec.partition("|")
        if not between:
            return format(value, format_spec)
        return one if str(value) == "1" else many


_FILLING = _Filling()


@dataclass(frozen=True)
class Texts:
    """Speaks one language. Call it with a Chinese message and the values that fill its braces."""

    language: str = SOURCE
    _messages: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_messages", catalogue(self.language))

    def __call__(self, message: str, /, **values: Any) -> str:
        """The message in this language; a message without translation is shown in Chinese."""
        text = self._messages.get(message, message)
        if "|" in text:  # rare, and slower
            return _FILLING.vformat(text, (), values)
        return text.format(**values) if values else text

    @property
    def is_chinese(self) -> bool:
        """Whether this is the source language."""
        return self.language == SOURCE

    @property
    def html_language(self) -> str:
        """The language tag for the page."""
        return "zh-CN" if self.is_chinese else self.language

    def pick(self, zh: str, en: str) -> str:
        """Whichever of two texts of a definition is in this language."""
        return zh if self.is_chinese or not en else en

    def date(self, day: dt.date) -> str:
        """A date as people of the language write it."""
        if self.is_chinese:
            return f"{day.year}年{day.month}月{day.day}日"
        return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"

    def moment(self, moment: dt.datetime) -> str:
        """A date with its time, as clocks in China show it: deadlines are midnights there."""
        here = moment.astimezone(CHINA)
        return f"{self.date(here.date())} {here:%H:%M}"

    def month(self, month: int) -> str:
        """A month given as yyyymm."""
        year, number = divmod(month, 100)
        return f"{year}年{number}月" if self.is_chinese else f"{_ENGLISH_MONTHS[number - 1]} {year}"
