"""CSV and TSV as senders save them: UTF-8, GB18030 (Chinese Excel), Big5 or Windows-1252."""

from __future__ import annotations

import codecs
import csv
import io

from loaders.traditional import telling_words

LONGEST_FIELD = 10_000_000  # characters
FEWEST_NUL = 4  # zero bytes, all in even or all in odd places, that make a text one of two bytes a sign
FEWEST_WORDS = 2  # words that a text in Big5 must show to be taken for it
_DELIMITERS = (",", "\t", ";", "|")


def read_delimited(content: bytes) -> list[list[str]] | None:
    """The rows of a delimited text, or None when the bytes are no text that a person wrote."""
    text = decode(content)
    if text is None:
        return None
    csv.field_size_limit(
        max(LONGEST_FIELD, len(text))
    )  # the module's own limit is global, and short for a pasted note
    delimiter = _delimiter(text)
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        # A quote that is never closed would swallow the rows below it: then quotes are taken as they stand.
        try:
            rows = list(
                csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
            )
            return [[_as_text(cell) for cell in row] for row in rows] if '="' in text else rows
        except csv.Error:
            continue
    return None


def _as_text(cell: str) -> str:
    """A cell written ="520102", by which programs keep Excel from making a number of it."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and '"' not in cell[2:-1] else cell


def decode(content: bytes) -> str | None:
    """Decode by strict trial, most telling first; None when control characters show that it is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    elif wide := _wide(content):
        candidates = (wide,)
    else:
        candidates = ("utf-8-sig", *(("cp950",) if _is_big5(content) else ()), "gb18030", "cp1252")
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and not _looks_chinese(text):
            continue
        # Old systems end their fields with NUL; it says nothing.
        text = text.replace("\0", "")
        return None if _has_controls(text) else text
    return None


def _is_big5(content: bytes) -> bool:
    """Whether the bytes are traditional Chinese: nearly all of them are signs of GB 18030 too, but not words."""
    try:
        told = telling_words(content.decode("cp950"))
    except UnicodeDecodeError:
        return False
    return told >= FEWEST_WORDS and told > telling_words(content.decode("gb18030", "replace"))


def _wide(content: bytes) -> str:
    """UTF-16 without its mark, as some programs save it: every second byte of its digits and line ends is 0."""
    sample = content[:4096]
    upper, lower = sample[1::2].count(0), sample[0::2].count(0)
    if min(upper, lower) or max(upper, lower) < FEWEST_NUL:
        return ""
    return "utf-16-le" if upper else "utf-16-be"


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
    return any(character < " " and character not in "\t\r\n\x0b\x0c" for character in sample)


def _delimiter(text: str) -> str:
    """The separator that cuts most of the first lines into the same number of cells, most cells first."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    return max(
        _DELIMITERS,
        key=lambda one: (sum(line.count(one) > 0 for line in lines), sum(line.count(one) for line in lines)),
    )
