"""The PDF report, drawn directly: no office program is needed, and a hundred of them take seconds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from dashboard.exports.assessment import Report
from dashboard.exports.assessment_fonts import Fonts
from dashboard.exports.assessment_words import change_rows, domain_rows, findings, line_rows, raises, summary
from dashboard.exports.line_breaks import broken

ACCENT, WARNING, INK, SOFT = (27, 103, 131), (160, 60, 18), (28, 36, 48), (230, 241, 245)


def used_signs(report: Report) -> str:
    """Every sign that any report of the round prints."""
    said = [
        report.title,
        report.code,
        report.cut_off,
        report.signed_by,
        report.signed_at,
        report.period.label(report.language),
    ]
    said += report.marks + FIXED
    for place in range(len(report.scores)):
        said += [
            report.name(report.scores[place].organisation),
            *summary(report, place),
            *findings(report, place),
        ]
        said += [one.words for one in raises(report, place)]
        heads, rows = domain_rows(report, place)
        said += heads + [cell for row in rows for cell in row]
        if report.scores[place].organisation in report.changes:
            heads, rows = change_rows(report, place)
            said += heads + [cell for row in rows for cell in row]
        heads, groups = line_rows(report, place)
        said += heads + [cell for name, rows in groups for row in [[name], *rows] for cell in row]
    return "".join(sorted(set("".join(said)) | {chr(code) for code in range(32, 127)}))


LINE, ABOVE, INSIDE = 4.1, 0.55, 1.2  # of a table's cell, in millimetres
FIXED = [
    "　绩效考核报告·考核期数据截至签发版次核验码封印：合成数据—（）一、结果二、各维度三、发现四、最能提高得分的几项五、逐项得分六、较上年变化的来源/",
]


class _Paper(FPDF):
    """A4 with the seal at the foot of every page."""

    def __init__(self, report: Report, fonts: Fonts) -> None:
        super().__init__(format="A4")
        self.report = report
        self._widths: dict[tuple[str, float], dict[str, float]] = {}
        self.add_font("zh", "", fonts.regular)
        self.add_font("zh", "B", fonts.bold)
        for font in self.fonts.values():
            # Every sign's bounds are right already; working them out anew would be half of what writing a report costs.
            font.ttfont.recalcBBoxes = False  # type: ignore[union-attr]
        self.set_margins(18, 15)
        self.set_auto_page_break(True, 16)
        self.c_margin = INSIDE
        self.set_text_color(*INK)

    def footer(self) -> None:
        """Mark, round, check code, page."""
        report = self.report
        mark = report.say("合成数据 · ", "Synthetic data · ") if report.synthetic else ""
        self.set_y(-12)
        self.set_font("zh", size=7.5)
        self.cell(
            0,
            5,
            f"{mark}{report.code} · {report.say('核验码', 'check code')} {report.short or '—'} · {self.page_no()}",
            align="C",
        )

    def say(
        self,
        words: str,
        size: float = 10,
        *,
        bold: bool = False,
        colour: Sequence[int] = INK,
        width: float = 0,
    ) -> None:
        """A paragraph."""
        self.set_font("zh", "B" if bold else "", size)
        self.set_text_color(*colour)
        room = (width or self.epw) - 2 * INSIDE
        for line in broken(words, room, self.width_of, anywhere=self.report.language == "zh"):
            self.cell(width, size * 0.55, line, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)
        self.set_text_color(*INK)

    def title_of(self, words: str) -> None:
        """A section's title, never alone at the foot of a page."""
        if self.get_y() > 255:
            self.add_page()
        self.ln(2)
        self.say(words, 12.5, bold=True, colour=ACCENT)

    def lines(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        numbers: Sequence[int],
        titles: frozenset[int] = frozenset(),
    ) -> None:
        """A table with its heads repeated on every page; a title row keeps to the row below it.

        Drawn by ourselves: the library's own tables cost three times as much and leave titles alone at a page's foot.
        """
        self.set_draw_color(201, 211, 218)
        self._row(heads, widths, numbers, shaded=True)
        for at, row in enumerate(rows):
            needed = self._height(row, widths, at in titles)
            if at in titles and at + 1 < len(rows):
                needed += self._height(rows[at + 1], widths, False)
            if self.get_y() + needed > self.page_break_trigger:
                self.add_page()
                self._row(heads, widths, numbers, shaded=True)
            if at in titles:
                self._row([row[0]], [sum(widths)], (), shaded=True)
            else:
                self._row(row, widths, numbers)

    def _broken(self, words: str, width: float, *, bold: bool) -> list[str]:
        """The words in lines of a cell."""
        self.set_font("zh", "B" if bold else "", 8)
        return broken(words, width - 2 * INSIDE, self.width_of, anywhere=self.report.language == "zh")

    def width_of(self, words: str) -> float:
        """How wide a text is in the font of the moment, in millimetres; every sign is measured once a document."""
        known = self._widths.setdefault((self.font_style, self.font_size_pt), {})
        for sign in words:
            if sign not in known:
                known[sign] = self.get_string_width(sign)
        return sum(known[sign] for sign in words)

    def _height(self, row: Sequence[str], widths: Sequence[float], title: bool) -> float:
        if title:
            return LINE + 2 * ABOVE
        return max(len(self._broken(words, width, bold=False)) for words, width in zip(row, widths, strict=True)) * LINE + 2 * ABOVE  # fmt: skip

    def _row(
        self, row: Sequence[str], widths: Sequence[float], numbers: Sequence[int], *, shaded: bool = False
    ) -> None:
        cells = [self._broken(words, width, bold=shaded) for words, width in zip(row, widths, strict=True)]
        tall, left, top = max(map(len, cells)) * LINE + 2 * ABOVE, self.l_margin, self.get_y()
        self.set_fill_color(*SOFT)
        for at, (lines, width) in enumerate(zip(cells, widths, strict=True)):
            self.rect(left, top, width, tall, style="DF" if shaded else "D")
            first = top + (tall - len(lines) * LINE) / 2
            for number, words in enumerate(lines):
                self.set_xy(left, first + number * LINE)
                self.cell(width, LINE, words, align="R" if at in numbers else "L")
            left += width
        self.set_xy(self.l_margin, top + tall)


def write_pdf(report: Report, place: int, to: Path, fonts: Fonts, picture: bytes) -> None:
    """Write one organisation's report; `picture` is its chart."""
    say, paper = report.say, _Paper(report, fonts)
    name = report.name(report.scores[place].organisation)
    paper.set_title(name)
    paper.set_subject(report.title)
    paper.set_creation_date(_day(report))
    paper.add_page()
    _head(paper, report, name)
    paper.title_of(say("一、结果", "1. Result"))
    for words in summary(report, place):
        paper.say(words)
    paper.title_of(say("二、各维度", "2. Domains"))
    heads, rows = domain_rows(report, place)
    paper.lines(heads, rows, (50, 24, 24, 24, 24, 28), range(1, 6))
    paper.ln(2)
    if paper.get_y() > 215:
        paper.add_page()
    paper.image(io.BytesIO(picture), w=155)
    paper.title_of(say("三、发现", "3. Findings"))
    for words in findings(report, place):
        paper.say(f"· {words}")
    paper.title_of(say("四、最能提高得分的几项", "4. What would raise the score most"))
    for number, one in enumerate(raises(report, place), 1):
        paper.say(f"{number}. {one.words}")
    paper.title_of(say("五、逐项得分", "5. Line by line"))
    heads, groups = line_rows(report, place)
    rows, titles = [], set()
    for group, found in groups:
        titles.add(len(rows))
        rows += [[group], *found]
    paper.lines(heads, rows, (46, 13, 28, 21, 66), (1, 2, 3), frozenset(titles))
    if report.scores[place].organisation in report.changes:
        paper.title_of(say("六、较上年变化的来源", "6. What the change on last year came from"))
        heads, rows = change_rows(report, place)
        paper.lines(heads, rows, (54, 28, 28, 20, 20, 24), range(1, 6))
    paper.output(str(to))


def _day(report: Report) -> Any:
    import datetime as dt

    day = report.period.last_day
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _head(paper: _Paper, report: Report, name: str) -> None:
    say = report.say
    if report.seal:
        paper.image(report.qr, x=164, y=14, w=28)
    paper.say(name, 17, bold=True, colour=ACCENT, width=140)
    paper.say(f"{say('绩效考核报告', 'Performance assessment report')} · {report.title}", 10.5, width=140)
    for mark in report.marks:
        paper.say(mark, 9.5, bold=True, colour=WARNING, width=140)
    signed = f"{report.signed_by} {report.signed_at}".strip() or "—"
    lines = [
        f"{say('考核期：', 'Period: ')}{report.period.label(report.language)}　{say('数据截至', 'received by')} {report.cut_off}",
        f"{say('签发：', 'Signed: ')}{signed}　{say('版次', 'Edition')} {report.edition or '—'}　{say('核验码：', 'Check code: ')}{report.short or '—'}",
    ]
    for words in lines:
        paper.say(words, 9, width=140)
    paper.say(f"{say('封印：', 'Seal: ')}{report.seal or '—'}", 7.5)
