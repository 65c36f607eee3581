"""Returns beside each other on one sheet, each under its own title or with its own sender or period: a view for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from loaders.forms import Forms
from loaders.matching import REMEMBERED
from loaders.several import LONGEST_TITLE, has_table, title_matcher
from loaders.tidy import text_of
from loaders.title_block import TITLE_ROWS, label_rest
from loaders.workbook import Sheet
from reference import periods
from reference.registry import Registry

MOST_BESIDE = 24  # returns beside each other in a sheet: more are nobody's work


def beside(sheet: Sheet, forms: Forms, registry: Registry) -> list[Sheet]:
    """A view for each return that stands beside another; the sheet itself where there is one only.

    What stands above the row in which they part belongs to all of them, and a text left of the first to the first.
    """
    titled = title_matcher(forms.titles)
    for row in range(sheet.first, min(sheet.first + TITLE_ROWS, len(sheet.rows))):
        texts = [
            (at, text)
            for at, raw in enumerate(sheet.rows[row])
            if raw.__class__ is str and raw and (text := text_of(raw))
        ]
        if len(texts) < 2:
            continue
        titles = [at for at, text in texts if len(text) <= LONGEST_TITLE and titled(text)]
        for parts in (titles, _senders(texts, forms, registry), _periods(texts, forms)):
            if not 1 < len(parts) <= MOST_BESIDE:
                continue
            lefts = [0, *parts[1:]]
            ends = [*parts[1:], sheet.width]
            views = [_view(sheet, row, left, end) for left, end in zip(lefts, ends, strict=True)]
            if all(has_table(view.rows[row:]) for view in views):
                return views
    return [sheet]


def _view(sheet: Sheet, row: int, left: int, end: int) -> Sheet:
    def kept(cells: Sequence[Any]) -> list[Any]:
        return [raw if left <= at < end else "" for at, raw in enumerate(cells)]

    rows = [*sheet.rows[:row], *map(kept, sheet.rows[row:])]
    return Sheet(sheet.name, sheet.hidden, rows, sheet.anchors, sheet.broken, sheet.first)


def _senders(texts: list[tuple[int, str]], forms: Forms, registry: Registry) -> list[int]:
    """Columns in which labels name different organisations (填报单位：南明区 … 填报单位：云岩区)."""

    def named(said: str) -> str:
        return ",".join(one.code for one in registry.organisations.find(said))

    return _different(texts, forms.sender_labels, named)


def _periods(texts: list[tuple[int, str]], forms: Forms) -> list[int]:
    """Columns in which labels name different periods."""

    def stated(said: str) -> str:
        period = periods.find(said)
        return period.code if period else ""

    return _different(texts, forms.period_labels, stated)


@lru_cache(maxsize=8)
def _rests(labels: tuple[str, ...]) -> Callable[[str], str | None]:
    """What follows one of the labels in a text; nearly every text has none, which is remembered."""

    @lru_cache(maxsize=REMEMBERED)
    def rest(text: str) -> str | None:
        return label_rest(text, labels)

    return rest


def _different(
    texts: list[tuple[int, str]], labels: tuple[str, ...], meaning: Callable[[str], str]
) -> list[int]:
    found: dict[str, int] = {}
    rests = _rests(labels)
    for at, text in texts:
        rest = rests(text)
        if rest and (meant := meaning(rest.strip())):
            found.setdefault(meant, at)
    return list(found.values())
