"""Matching what a sheet prints with what a form expects: headers, row labels, units, small misspellings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from loaders.forms import Category, Edition, Field
from loaders.tidy import REMEMBERED_LENGTH, text_of
from loaders.traditional import simplified
from loaders.units import is_unit

REMEMBERED = 20_000  # texts whose meaning is remembered
SHORTEST_SLIP = 5  # signs of a wording in which one wrong sign is taken for a slip
ALIKE = 45  # percent of likeness from which a header is worth naming beside one that nobody knows
LIKE_ENOUGH = 60  # percent of likeness from which a row's number decides what its label means
CLOSE_ENOUGH = 86  # percent of likeness from which a misspelt header still counts, with a warning
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_LEADING = re.compile(
    r"^(?:其中[:：,，]?|其[:：]|#|[-–—·•*]+|\(?[一二三四五六七八九十]+[、.)]|\(?[IVX]+[、.)]|\(?\d+[.)、](?!\d)|\d+\.\d+[、.]?(?=[^\d.]))\s*"
)
# NFKC would make a digit of ① and ¹, and a label with another digit of the label.
_NOTE_SIGNS = re.compile("[①-⓿❶-➓㈠-㈩¹²³⁰-⁹*＊†‡※§★☆▲△#＃]")
_NOTE = re.compile(r"(?:[(（\[【](?:注\s*\d*|\d{1,2}\))[)）\]】]|\[\d{1,2}\]|(?<!备)注\d{1,2})$")
_OF_WHICH = re.compile("其 ?中 ?[:：,，]?")
_WHOLES = {"合计", "小计", "总计", "总数", "例数", "人数", "total"}
_SEPARATORS = re.compile(r"[\s:：,，;；、/\\·•'\"“”‘’_-]+")


def words(raw: Any) -> str:
    """A header or label reduced to its words: no unit in brackets, no 其中：, no numbering, no punctuation or spaces, lower case."""
    return _words_in(raw) if raw.__class__ is str else _words(text_of(raw))


@lru_cache(maxsize=REMEMBERED)
def _words_in(raw: str) -> str:
    return _words(label_of(raw))


def label_of(raw: Any) -> str:
    """A header or label as tidy text, without the signs that point to a note."""
    if raw.__class__ is not str:
        return text_of(raw)
    return _without_note_signs(raw) if len(raw) <= REMEMBERED_LENGTH else _without_note_signs.__wrapped__(raw)


@lru_cache(maxsize=REMEMBERED)
def _without_note_signs(raw: str) -> str:
    return text_of(_NOTE_SIGNS.sub("", raw) or raw)


@lru_cache(maxsize=REMEMBERED)
def _words(text: str) -> str:
    text = simplified(_NOTE.sub("", text) or text)
    while (shorter := _LEADING.sub("", text)) != text and shorter:
        text = shorter
    text = _OF_WHICH.sub("", text) or text
    text = _BRACKETS.sub(lambda found: "" if not found[1].strip() or is_unit(found[1]) else found[1], text)
    return _SEPARATORS.sub("", text).casefold()


@dataclass(frozen=True)
class Match:
    """What a text was taken for; `misspelt` when only nearly, `part` when only with the label above it."""

    field: Field
    misspelt: bool = False
    part: bool = False


@dataclass
class Labels:
    """The wordings of one edition's fields, ready for looking up."""

    exact: dict[str, list[Field]] = field(default_factory=dict)
    items: dict[str, Field] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    shown_as: tuple[frozenset[str], ...] = ()  # for each field, the wordings by which a sheet shows it
    every: frozenset[str] = frozenset()  # all of these together
    # What headers mean in a period, by by_organisation: texts and period → whether read, and as what.
    columns: dict[tuple[str, ...], tuple[bool, Match | None]] = field(default_factory=dict, repr=False)
    # The headers of a form come back in every file: what they were taken for is remembered.
    _found: dict[tuple[tuple[str, ...], bool], Match | None] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, edition: Edition) -> Labels:
        """Collect every path, last part and synonym of the edition's fields."""
        labels = cls(
            fields=edition.fields, shown_as=tuple(frozenset(wordings(one)) for one in edition.fields)
        )
        labels.every = frozenset().union(*labels.shown_as)
        for one in edition.fields:
            for wording in wordings(one):
                holders = labels.exact.setdefault(wording, [])
                if one not in holders:
                    holders.append(one)
            if one.item:
                labels.items[item_code(one.item)] = one
        return labels

    def find(self, path: Sequence[str], fuzzy: bool = True) -> Match | None:
        """The field that a path of header texts (top to bottom) or a single label means; None when none or several might."""
        parts = tuple([part for part in path if part])
        if not parts:
            return None
        asked = (parts, fuzzy)
        if asked not in self._found:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            self._found[asked] = self._find(parts, fuzzy)
        return self._found[asked]

    def joined(self, parts: Sequence[str]) -> Match | None:
        """The field that parts of a label mean together; None where only one of them is known."""
        above, below = parts
        if not above or not below:
            return None
        whole = [above] if below in _WHOLES else []
        for wording in (above + below, _overlaid(parts), *whole):
            holders = self.exact.get(wording, [])
            if len(holders) == 1:
                return Match(holders[0])
        return None

    def _find(self, parts: tuple[str, ...], fuzzy: bool) -> Match | None:
        for wording in dict.fromkeys(("".join(parts), "".join(parts[-2:]), _overlaid(parts[-2:]), parts[-1])):
            holders = self.exact.get(wording, [])
            if len(holders) == 1:
                return Match(holders[0])
        return self._nearly("".join(parts)) if fuzzy else None

    def _nearly(self, wording: str) -> Match | None:
        if len(wording) < 3:
            return None
        if slip := self._one_slip(wording):
            return slip
        best = process.extract(
            wording, list(self.exact), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=2
        )
        if not best or len(self.exact[best[0][0]]) != 1:
            return None
        # Two fields equally near: naming either would be a guess.
        if len(best) == 2 and best[1][1] == best[0][1] and self.exact[best[1][0]] != self.exact[best[0][0]]:
            return None
        return Match(self.exact[best[0][0]][0], misspelt=True) if same_meaning(wording, best[0][0]) else None

    def _one_slip(self, wording: str) -> Match | None:
        """A wording that one sign written wrong, left out or added sets apart from one field's, and from no other's."""
        if len(wording) < SHORTEST_SLIP:
            return None
        found = process.extract(
            wording, list(self.exact), scorer=Levenshtein.distance, score_cutoff=1, limit=3
        )
        fields = {id(one): one for text, _, _ in found for one in self.exact[text]}
        if len(fields) != 1 or not all(same_meaning(wording, text) for text, _, _ in found):
            return None
        return Match(next(iter(fields.values())), misspelt=True)

    def may_mean(self, one: Field, wording: str) -> bool:
        """Whether a wording nobody knows can be the field's: like enough, and neither another's nor the opposite."""
        return any(
            fuzz.ratio(wording, own) >= LIKE_ENOUGH and same_meaning(wording, own) for own in wordings(one)
        )

    def nearest(self, wording: str) -> str:
        """The header most like the text, as the form writes it, for a message; — where none is like it."""
        return self.nearest_of(wording)[0]

    def nearest_of(self, wording: str) -> tuple[str, float]:
        """The same with its likeness in percent; 0 where none is like it."""
        best = process.extractOne(wording, list(self.exact), scorer=fuzz.ratio, score_cutoff=ALIKE)
        return (title_of(self.exact[best[0]][0]), best[1]) if best else ("—", 0.0)


def _overlaid(parts: Sequence[str]) -> str:
    """产前筛查 above 筛查人数 is 产前筛查人数: what both have at their seam stands once."""
    above, below = parts[0], parts[-1]
    for length in range(min(len(above), len(below)) - 1, 1, -1):
        if above.endswith(below[:length]):
            return above + below[length:]
    return above + below


# Digits, negations and opposites; whose, where and when; organs and illnesses: a sign of these more, less or other is
# another thing, and no slip. Without a list of look-alikes this is how 妊娠合并肾病 is kept from being read as 肝病.
_TELLING = frozenset(
    "0123456789一二三四五六七八九十未非不无否阴阳男女率比早晚初再高低轻重中内外前后死活超应实拟新旧双单多首末转入出"
    "户籍流动常住城农村镇乡县市省本上去同累计月季年周天岁"
    "肝肾心肺脑胃肠血糖压甲乙丙乳宫颈卵巢眼口耳牙听视力梅艾淋病炎癌贫肥胖瘦疫苗"
)
_SAYING_NOTHING = frozenset("数人例名个次的者共量总和与及了情况统计")
_MOST_ASCII = 3  # letters that a slip in an English wording may change


def same_meaning(one: str, other: str) -> bool:
    """Whether two nearly equal wordings differ by a slip only: one wrong sign, or signs that say nothing (数, 人数, 的)."""
    for change in Levenshtein.opcodes(one, other):
        if change.tag == "equal":
            continue
        left, right = one[change.src_start : change.src_end], other[change.dest_start : change.dest_end]
        signs = set(left + right)
        if signs & _TELLING:
            return False
        longest = max(len(left), len(right))
        most = _MOST_ASCII if (left + right).isascii() else 1
        if longest > most and not signs <= _SAYING_NOTHING:
            return False
    return True


_QUALIFIES = re.compile(
    "非?户籍|流动|暂住|外来|常住|农村|城市|城镇|乡镇|高危|双胎|多胎|初产|经产|转入|转出|贫困|少数民族|[本外]地|男|女"
)


def other_than(one: Field, group: str) -> bool:
    """Whether a heading above a label narrows it to some of those that the field counts: 流动人口 above 产妇数 is not 产妇数."""
    narrowing = _qualifiers(words(group))
    if not narrowing:
        return False
    own = "".join(wordings(one))
    return any(found not in own for found in narrowing)


@lru_cache(maxsize=REMEMBERED)
def _qualifiers(wording: str) -> tuple[str, ...]:
    return tuple(_QUALIFIES.findall(wording))


def wordings(one: Field) -> Iterable[str]:
    """Every way the field may be written: whole path, last two parts, last part, synonyms alone and below the path's head."""
    parts = [words(part) for part in one.header]
    yield "".join(parts)
    yield "".join(parts[-2:])
    yield parts[-1]
    if len(parts) > 1 and parts[-1] in _WHOLES:
        # 活产数 alone is what 活产数·合计 is under a deeper header.
        yield "".join(parts[:-1])
    for synonym in one.synonyms:
        yield words(synonym)
        yield "".join([*parts[:-1], words(synonym)])


def title_of(one: Field) -> str:
    """The field as people name it."""
    return "·".join(one.header)


def item_code(raw: Any) -> str:
    """An item number without apostrophes, spaces or a final full stop."""
    if raw.__class__ is str:
        return _item_code(raw) if len(raw) <= REMEMBERED_LENGTH else _item_code.__wrapped__(raw)
    return _item_code(text_of(raw))


@lru_cache(maxsize=REMEMBERED)
def _item_code(raw: str) -> str:
    return text_of(raw).strip("'’‘` ").rstrip(".、").casefold()


def category_of(categories: Iterable[Category], raw: Any) -> Category | None:
    """The value column or sub-column that a header text means."""
    wording = words(raw)
    if not wording:
        return None
    plain = _OWN_TIME.sub("", wording) or wording
    for one in categories:
        if {wording, plain} & {words(one.header), *map(words, one.synonyms)}:
            return one
    return None


_OWN_TIME = re.compile("^(?:本月|当月|本季度?|本期|当期)(?:数)?")  # 本月合计 is 合计 of the period's own


def is_total(edition: Edition, raw: Any) -> bool:
    """Whether a row's or column's label is a total's."""
    return words(raw) in _total_words(edition.totals)


@lru_cache(maxsize=64)
def _total_words(totals: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(words, totals))


_FOOT = re.compile(
    r"^(填表人|填报人|制表人?|审核人?|单位负责人|负责人|统计负责人|复核人|经办人|联系人|联系电话|电话|填表日期|填报日期|报出日期|备注|注|说明|填表说明|指标解释|盖章)"
)
_MARKS = {"甲", "乙", "丙", "丁"}


def is_foot(raw: Any) -> bool:
    """Whether a cell begins the foot of a form: who filled it in, notes."""
    return _begins_foot(text_of(raw))


@lru_cache(maxsize=REMEMBERED)
def _begins_foot(text: str) -> bool:
    return bool(_FOOT.match(text.replace(" ", "")))


@lru_cache(maxsize=REMEMBERED)
def says(pattern: str, text: str) -> bool:
    """Whether a form's regular expression is found in a text."""
    return re.search(pattern, text) is not None


def is_hint(raw: Any) -> bool:
    """Whether a row only repeats what was given last, as our templates print it."""
    return words(raw).startswith(("上期参考", "上月参考"))


def numbers_columns(row: Sequence[Any], first: str) -> bool:
    """Whether a row, whose first text is `first`, only numbers its columns (甲 乙 1 2 3 …)."""
    if first not in _MARKS and first != "1":
        return False
    given = [text for raw in row if (text := text_of(raw))]
    numbers = sorted(int(text) for text in given if text.isdecimal())  # out of order where columns were moved
    consecutive = bool(numbers) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return consecutive and all(text in _MARKS or text.isdecimal() for text in given)
