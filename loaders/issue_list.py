"""The list of issues that stands in front of a returned workbook, written and, when the workbook comes back, read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from loaders.issues import Issue
from loaders.marks import TOKEN, inert, letters, places
from loaders.package import MAIN
from loaders.tidy import text_of
from loaders.workbook import Sheet

NAMES = {"zh": "审核问题", "en": "Issues"}
MOST_LISTED = 5_000
FIRST = 5  # row of the first issue
HEADINGS = {
    "zh": ("级别", "工作表", "单元格", "单元格内容", "问题", "怎么改", "情况说明（属实时在此填写）"),
    "en": ("Severity", "Sheet", "Cell", "Cell's text", "What is wrong", "How to mend it", "Explanation (if it is true)"),
}  # fmt: skip
SEVERITIES = {"zh": {"error": "须改", "warning": "请核对"}, "en": {"error": "error", "warning": "check"}}
_WIDTHS = (9, 18, 10, 22, 46, 52, 34)
CODE, FILL = 8, 9  # hidden columns: the issue's code, the fills that its cells had
_LONGEST = 32_767  # characters of a cell
_HIGHEST = 409  # points of a row


@dataclass(frozen=True)
class ListStyles:
    """Numbers of the styles that the list uses."""

    plain: int
    title: int
    heading: int
    link: int
    error: int
    warning: int
    answer: int


@dataclass(frozen=True)
class Row:
    """A row of the list: an issue, where it leads to, and the fills that its cells had before they were marked."""

    issue: Issue
    sheet: str
    cell: str
    fill: str


def list_xml(rows: Sequence[Row], headline: Sequence[str], styles: ListStyles, language: str) -> bytes:
    """The sheet's XML: a title, what to do, headings, one row an issue with a link to its cell."""
    said = "".join(
        f"<row r={_q(n)}>{_text(1, n, line, style)}{_text(CODE, n, TOKEN if n == 1 else '', style)}</row>"
        for n, line, style in _head(headline, styles)
    )
    headings = "".join(
        _text(column, FIRST - 1, text, styles.heading) for column, text in enumerate(HEADINGS[language], 1)
    )
    body = "".join(_issue_row(FIRST + at, row, styles, language) for at, row in enumerate(rows))
    links = "".join(_link(FIRST + at, row) for at, row in enumerate(rows) if row.cell and row.sheet)
    last = max(FIRST, FIRST + len(rows) - 1)
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>' for n, width in enumerate(_WIDTHS, 1)
    )
    hidden = f'<col min="{CODE}" max="{FILL}" width="4" hidden="1" customWidth="1"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{MAIN}">'
        '<sheetPr><tabColor rgb="FFC0392B"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="{FIRST - 1}" topLeftCell="A{FIRST}" '
        'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{widths}{hidden}</cols><sheetData>{said}<row r={_q(FIRST - 1)}>{headings}</row>{body}</sheetData>"
        f'<autoFilter ref="A{FIRST - 1}:G{last}"/>{f"<hyperlinks>{links}</hyperlinks>" if links else ""}'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _head(headline: Sequence[str], styles: ListStyles) -> Iterator[tuple[int, str, int]]:
    for number, line in enumerate(headline[: FIRST - 2], 1):
        yield number, line, styles.title


def _issue_row(number: int, row: Row, styles: ListStyles, language: str) -> str:
    issue = row.issue
    shown = (
        (SEVERITIES[language][issue.severity], styles.error if issue.severity == "error" else styles.warning),
        (row.sheet, styles.plain),
        (issue.cell, styles.link if row.cell else styles.plain),
        (issue.found, styles.plain),
        (issue.message(language), styles.plain),
        (issue.mend(language), styles.plain),
        (str(issue.parameters.get("justification", "")), styles.answer),
        (issue.code, styles.plain),
        (row.fill, styles.plain),
    )
    cells = "".join(_text(column, number, text, style) for column, (text, style) in enumerate(shown, 1))
    lines = max(_lines(text, width) for (text, _), width in zip(shown, _WIDTHS, strict=False))
    return f'<row r={_q(number)} ht="{min(_HIGHEST, 15 * lines)}" customHeight="1">{cells}</row>'


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column: a Chinese sign is as wide as two Latin ones."""
    return sum(
        max(1, math.ceil(sum(2 if sign > "\u2e7f" else 1 for sign in line) / (width - 1)))
        for line in text.split("\n")
    )


def _text(column: int, row: int, text: str, style: int) -> str:
    place = f'<c r="{letters(column)}{row}" s="{style}"'
    if not text:
        return f"{place}/>"
    return f'{place} t="inlineStr"><is><t xml:space="preserve">{escape(inert(text)[:_LONGEST])}</t></is></c>'


def _link(row: int, target: Row) -> str:
    quoted = target.sheet.replace("'", "''")
    return (
        f'<hyperlink ref="C{row}" location={quoteattr(inert(f"{chr(39)}{quoted}{chr(39)}!{target.cell}"))}/>'
    )


def _q(number: int) -> str:
    return f'"{number}"'


def is_issue_list(sheet: Sheet) -> bool:
    """Whether a sheet is our own list, come back with the workbook."""
    return text_of(sheet.at(0, CODE - 1)) == TOKEN


def explanations(sheet: Sheet) -> Mapping[tuple[str, str, str], str]:
    """What the sender wrote beside issues: (sheet, cell, issue code) → words."""
    given: dict[tuple[str, str, str], str] = {}
    for row in range(FIRST - 1, len(sheet.rows)):
        words = str(sheet.at(row, 6) or "").strip()
        if words:
            where, cell, code = (text_of(sheet.at(row, column)) for column in (1, 2, CODE - 1))
            given[where, cell, code] = words[:400]
    return given


def written_fills(fills: Mapping[str, str]) -> str:
    """The fills of an issue's cells as a text; cells without one are left out, and all when they are too long to keep."""
    told = {cell: fill for cell, fill in fills.items() if fill}
    text = json.dumps(told) if told else ""
    return text if len(text) <= _LONGEST else ""


def read_fills(text: str) -> dict[str, str]:
    """The fills that `written_fills` wrote; none where somebody has changed them."""
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return {}
    held = told.items() if isinstance(told, dict) else ()
    return {cell: fill for cell, fill in held if isinstance(fill, str)}


def first_cell(cell: str) -> str:
    """The first address that an issue's cell names, for a link; '' when it names none."""
    found = places(cell)
    return f"{letters(found[0][1])}{found[0][0]}" if found else ""
