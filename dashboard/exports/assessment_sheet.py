"""What every sheet of the workbook is written with: formulas with their results, A4 pages, heads, heights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.exports.assessment import Report
from dashboard.exports.assessment_dress import Formats


class Sheets:
    """Knows the report, the workbook and its formats."""

    def __init__(self, report: Report, book: Any, formats: Formats, cached: bool) -> None:
        self.report, self.book, self.formats, self.cached = report, book, formats, cached
        self.say = report.say

    def _formula(self, sheet: Any, row: int, column: int, formula: str, kind: str, value: Any) -> None:
        sheet.write_formula(row, column, formula, self.formats[kind], value if self.cached else "")

    def _page(self, sheet: Any, *, portrait: bool = False, heads: int = 0) -> None:
        """A4, as wide as the page, title rows repeated, seal and page number at the foot."""
        sheet.set_paper(9)
        if not portrait:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.hide_gridlines(2)
        if heads:
            sheet.repeat_rows(0, heads - 1)
            sheet.freeze_panes(heads, 2)
        seal = self.report.short or self.say("未签发", "not signed")
        marks = self.say("合成数据 ", "Synthetic data ") if self.report.synthetic else ""
        sheet.set_footer(f"&L&8{marks}{self.report.code} {seal}&R&8&P / &N")

    def _heads(self, sheet: Any, row: int, heads: Sequence[tuple[str, float]]) -> None:
        for column, (name, width) in enumerate(heads):
            sheet.write_string(row, column, name, self.formats["head"])
            sheet.set_column(column, column, width)
        sheet.set_row(row, 32 if self.report.language == "zh" else 46)

    def _wide(self, name: str, width: float) -> float:
        """A column's width: English names of organisations are long."""
        return 50 if name == "name" and self.report.language != "zh" else width

    def _tall(self, sheet: Any, row: int, texts: Sequence[tuple[str, float]]) -> None:
        """Give a row the height that its longest text needs: not every program finds it by itself."""
        lines = max((-(-_signs(text) // int(width)) for text, width in texts if text), default=1)
        if lines > 1:
            sheet.set_row(row, 13.5 * lines + 2)


def _signs(text: str) -> int:
    """How wide a text is, a Chinese sign counting for two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
