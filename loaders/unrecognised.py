"""What is said of a table that could not be read: which form it is most like, which of its headers that form knows, which not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from loaders.forms import Form, Forms
from loaders.issues import Issue
from loaders.matching import Labels, is_foot, words
from loaders.recognise import LabelsOf
from loaders.tidy import read_number, text_of
from loaders.workbook import Sheet

ROWS = 200  # of a sheet that are looked at
FEWEST_KNOWN = 2  # headers of a form that make a table like it
FOREIGN = 0.25  # share of its fields that a form of another country's must show
FEWEST_TEXTS = 3  # in a row that may be a header
MOST_NAMED = 6  # known headers that a message names
MOST_UNKNOWN = 20  # unknown headers that are told, each at its cell
LONGEST_HEADER = 30  # signs; what is longer is a title or a note
MOST_TEXTS = 500  # looked at in a sheet
_OF_NO_FORM = frozenset(
    ("序号", "编号", "备注", "说明", "单位", "计量单位", "项目", "指标", "合计", "小计", "总计", "地区", "县区", "区县", "机构", "机构名称", "单位名称")
)  # fmt: skip
Place = tuple[int, int]


@dataclass(frozen=True)
class Likeness:
    """A form, and where the sheet shows wordings of its fields."""

    form: Form
    labels: Labels
    known: tuple[Place, ...]


def likeness(sheet: Sheet, forms: Forms, labels_of: LabelsOf, home: str) -> Likeness | None:
    """The form of which the sheet shows most wordings; None where it shows hardly any.

    A form of another tree than `home` must show a good part of itself: nobody here was asked for it.
    """
    texts = [(place, words(text)) for place, text in _texts(sheet)]
    best: Likeness | None = None
    for form in forms.by_code.values():
        labels = labels_of(form, form.editions[-1])
        found = {
            id(match.field): place
            for place, text in reversed(texts)
            if (match := labels.find([text], fuzzy=False))
        }
        fewest = FEWEST_KNOWN if form.tree == home else max(FEWEST_KNOWN, FOREIGN * len(labels.fields))
        if len(found) >= fewest and (best is None or len(found) > len(best.known)):
            best = Likeness(form, labels, tuple(sorted(found.values())))
    return best


def told_of(sheet: Sheet, like: Likeness | None) -> dict[str, str]:
    """Parameters of a message that name the form and what of it was understood; '' where there is none."""
    if like is None:
        return {"like_zh": "", "like_en": ""}
    named = [text_of(sheet.at(*place)) for place in like.known[:MOST_NAMED]]
    count = len(like.known)
    return {
        "like_zh": f"。表头最像“{like.form.zh}”：认得{'、'.join(named)}{'等' if count > len(named) else ''}{count}项",
        "like_en": f". Its headers are most like {like.form.en}: {count} are known ({', '.join(named)}{', …' if count > len(named) else ''})",
    }


def unknown_headers(sheet: Sheet, labels: Labels, form: str) -> list[Issue]:
    """The headers that a form does not know, each at its cell with what it could be, in the row or column that knows most."""
    texts = _texts(sheet)
    known = {
        place for place, text in texts if (plain := words(text)) not in _OF_NO_FORM and labels.find([plain])
    }
    by_row, by_column = Counter(row for row, _ in known), Counter(column for _, column in known)
    across, down = max(by_row.values(), default=0), max(by_column.values(), default=0)
    if down > across:
        column = max(by_column, key=lambda at: by_column[at])
        first = min(row for row, at in known if at == column)
        places = [one for one in texts if one[0][1] == column and one[0][0] >= first]
    else:
        header = max(by_row, key=lambda at: by_row[at]) if by_row else _likely_header(texts)
        places = [one for one in texts if one[0][0] == header]
    code = "row_unknown" if down > across else "column_unknown"
    unknown = [one for one in places if one[0] not in known and words(one[1]) not in _OF_NO_FORM]
    return [
        Issue(
            code, sheet.name, sheet.address(*place), text, {"nearest": labels.nearest(words(text))}, form=form
        )
        for place, text in unknown[:MOST_UNKNOWN]
    ]


def possible_headers(sheet: Sheet, forms: Forms, labels_of: LabelsOf, home: str) -> list[Issue]:
    """In a sheet like no form: the headers, in the row with most texts, that come near one that a form of the tree knows."""
    own = [form for form in forms.by_code.values() if form.tree == home]
    texts = _texts(sheet)
    header = _likely_header(texts)
    told: list[Issue] = []
    for place, text in texts:
        if place[0] == header and words(text) not in _OF_NO_FORM and len(told) < MOST_UNKNOWN:
            near = [labels_of(form, form.editions[-1]).nearest_of(words(text)) for form in own]
            title, likeness = max(near, key=lambda one: one[1])
            if likeness:
                told.append(
                    Issue("column_unknown", sheet.name, sheet.address(*place), text, {"nearest": title})
                )
    return told


def _likely_header(texts: list[tuple[Place, str]]) -> int | None:
    """The row with most texts, if they are as many as a header has."""
    counted = Counter(row for (row, _), _ in texts)
    best = max(counted, key=lambda at: counted[at], default=None)
    return best if best is not None and counted[best] >= FEWEST_TEXTS else None


def _texts(sheet: Sheet) -> list[tuple[Place, str]]:
    """Short texts that are no numbers, by place, above the foot."""
    return list(islice(_each_text(sheet), MOST_TEXTS))


def _each_text(sheet: Sheet) -> Iterator[tuple[Place, str]]:
    for row, raws in enumerate(sheet.rows[:ROWS]):
        cells = [text_of(raw) if isinstance(raw, str) else "" for raw in raws]
        if is_foot(next(filter(None, cells), "")):
            continue
        for column, text in enumerate(cells):
            if 1 < len(text) <= LONGEST_HEADER and read_number(text).value is None:
                yield (row, column), text
