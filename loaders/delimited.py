"""CSV and TSV as senders save them: UTF-8, GB18030 (Chinese Excel) or Windows-1252."""

from __future__ import annotations

import codecs
import csv
import io

_DELIMITERS = (",", "\t", ";", "|")


def read_delimited(content: bytes) -> list[list[str]] | None:
    """The rows of a delimited text, or None when the bytes are no text that a person wrote."""
    text = decode(content)
    if text is None:
        return None
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))]


def decode(content: bytes) -> str | None:
    """Decode by strict trial, most telling first; None when control characters show that it is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig", "gb18030", "cp1252")
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and not _looks_chinese(text):
            continue
        return None if _has_controls(text) else text
    return None


def _looks_chinese(text: str) -> bool:
    """Whether most of what is not ASCII are common Chinese characters or Chinese punctuation: Western bytes decode to rare ones."""
    foreign = [character for character in text if character > "\x7f"]
    common = sum(
        "\u4e00" <= one <= "\u9fa5"
        or "\u3000" <= one <= "\u303f"
        or "\uff00" <= one <= "\uffef"
        or one in "—–·…“”‘’"
        for one in foreign
    )
    if not foreign or common < 0.9 * len(foreign):
        return False
    # Two Western accented letters in a row also make one Chinese character, but never next to Latin letters in Chinese words.
    mixed = sum(
        "\u4e00" <= one <= "\u9fa5"
        and (text[index - 1 : index].isalpha() and text[index - 1 : index].isascii())
        for index, one in enumerate(text)
        if index
    )
    return mixed < 0.3 * len(foreign)


def _has_controls(text: str) -> bool:
    sample = text[:4096]
    return any(character < " " and character not in "\t\r\n\x0c" for character in sample)


def _delimiter(text: str) -> str:
    """The separator that cuts most of the first lines into the same number of cells, most cells first."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    return max(
        _DELIMITERS,
        key=lambda one: (sum(line.count(one) > 0 for line in lines), sum(line.count(one) for line in lines)),
    )
