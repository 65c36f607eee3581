"""The Word report of one organisation: summary, table by domain, chart, findings, what would raise the score, every line."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dashboard.exports.assessment import Report
from dashboard.exports.assessment_words import change_rows, domain_rows, findings, line_rows, raises, summary

LATIN, CHINESE = "Arial", "Microsoft YaHei"
ACCENT, WARNING, SOFT = RGBColor(0x1B, 0x67, 0x83), RGBColor(0xA0, 0x3C, 0x12), "E6F1F5"


def write_word(report: Report, place: int, to: Path, picture: bytes) -> None:
    """Write one organisation's report; `picture` is its chart."""
    document, say = Document(), report.say
    _dress(document)
    name = report.name(report.scores[place].organisation)
    heading = document.add_paragraph()
    _run(heading, name, 18, bold=True, colour=ACCENT)
    _run(
        document.add_paragraph(),
        f"{say('绩效考核报告', 'Performance assessment report')} · {report.title}",
        11,
    )
    for mark in report.marks:
        _run(document.add_paragraph(), mark, 10, bold=True, colour=WARNING)
    _seal(document, report)
    _title(document, say("一、结果", "1. Result"))
    for words in summary(report, place):
        _run(document.add_paragraph(), words)
    _title(document, say("二、各维度", "2. Domains"))
    heads, rows = domain_rows(report, place)
    _table(document, heads, rows, (50, 24, 24, 24, 24, 26), numbers=1)
    drawn = document.add_paragraph()  # apart from the table, or the picture's white covers its last border
    drawn.paragraph_format.space_before = Pt(6)
    drawn.alignment = WD_ALIGN_PARAGRAPH.CENTER
    drawn.add_run().add_picture(io.BytesIO(picture), width=Mm(160))
    _title(document, say("三、发现", "3. Findings"))
    for words in findings(report, place):
        _run(document.add_paragraph(style="List Bullet"), words)
    _title(document, say("四、最能提高得分的几项", "4. What would raise the score most"))
    for one in raises(report, place):
        _run(document.add_paragraph(style="List Number"), one.words)
    _title(document, say("五、逐项得分", "5. Line by line"))
    heads, groups = line_rows(report, place)
    _lines(document, heads, groups)
    if report.scores[place].organisation in report.changes:
        _title(document, say("六、较上年变化的来源", "6. What the change on last year came from"))
        heads, rows = change_rows(report, place)
        _table(document, heads, rows, (54, 28, 28, 20, 20, 22), numbers=1)
    _foot(document, report)
    _properties(document, report, name)
    document.save(str(to))


def _dress(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(19)
    section.top_margin = section.bottom_margin = Mm(17)
    style = document.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), CHINESE)
    # Without it a program that lacks the font may take one with Taiwan's or Japan's shapes of signs.
    for defaults in document.styles.element.iter(qn("w:lang")):
        defaults.set(qn("w:eastAsia"), "zh-CN")
    style.paragraph_format.space_after = Pt(4)


def _run(paragraph: Any, words: str, size: float = 10.5, *, bold: bool = False, colour: Any = None) -> Any:
    run = paragraph.add_run(words)
    run.font.size, run.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = colour
    return run


def _title(document: Any, words: str) -> None:
    paragraph = document.add_heading(level=2)
    paragraph.paragraph_format.space_before = Pt(10)
    run = _run(paragraph, words, 13, bold=True, colour=ACCENT)
    run.font.name = LATIN
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE)


def _seal(document: Any, report: Report) -> None:
    """Check code beside the QR code."""
    say = report.say
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for at, width in enumerate((140, 32)):
        table.columns[at].width = Mm(width)
    left, right = table.rows[0].cells
    left.width, right.width = Mm(140), Mm(32)
    lines = [
        f"{say('考核期：', 'Period: ')}{report.period.label(report.language)}    {say('数据截至', 'received by')} {report.cut_off}",
        f"{say('签发：', 'Signed: ')}{f'{report.signed_by} {report.signed_at}'.strip() or '—'}    {say('版次', 'Edition')} {report.edition or '—'}",
        f"{say('核验码：', 'Check code: ')}{report.short or '—'}",
        f"{say('封印：', 'Seal: ')}{report.seal or '—'}",
    ]
    for number, words in enumerate(lines):
        paragraph = left.paragraphs[0] if not number else left.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        _run(paragraph, words, 8 if number == 3 else 9.5)
    if report.seal:
        right.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        right.paragraphs[0].add_run().add_picture(report.qr, width=Mm(28))


def _table(
    document: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], numbers: int
) -> Any:
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.autofit = False
    for at, width in enumerate(widths):
        table.columns[at].width = Mm(width)
    _row(table.rows[0], heads, widths, numbers, head=True)
    _repeat(table.rows[0])
    for row in rows:
        _row(table.add_row(), row, widths, numbers, bold=row is rows[-1])
    return table


def _row(
    row: Any,
    texts: Sequence[str],
    widths: Sequence[float],
    numbers: int,
    *,
    head: bool = False,
    bold: bool = False,
) -> None:
    for at, (cell, words, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
        if head:
            _shade(cell)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif at >= numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, words, 9, bold=head or bold)


def _lines(document: Any, heads: Sequence[str], groups: Sequence[tuple[str, list[list[str]]]]) -> None:
    """Every line, domain by domain; written as XML at once, for a hundred reports are made together."""
    widths = (46, 16, 28, 20, 62)
    table = document.add_table(rows=1, cols=5, style="Table Grid")
    table.autofit = False
    for at, width in enumerate(widths):
        table.columns[at].width = Mm(width)
    _row(table.rows[0], heads, widths, 9, head=True)
    _repeat(table.rows[0])
    for name, rows in groups:
        cells = table.add_row().cells
        merged = cells[0].merge(cells[4])
        _shade(merged)
        merged.paragraphs[0].paragraph_format.space_before = merged.paragraphs[
            0
        ].paragraph_format.space_after = Pt(1.5)
        _run(merged.paragraphs[0], name, 9, bold=True)
        for row in rows:
            table._tbl.append(_row_xml(row, widths))


def _row_xml(texts: Sequence[str], widths: Sequence[float]) -> Any:
    row = OxmlElement("w:tr")
    properties = OxmlElement("w:trPr")
    properties.append(OxmlElement("w:cantSplit"))
    row.append(properties)
    for at, (words, width) in enumerate(zip(texts, widths, strict=True)):
        cell, cell_properties, size = (OxmlElement(name) for name in ("w:tc", "w:tcPr", "w:tcW"))
        size.set(qn("w:w"), str(int(width * 56.7)))
        size.set(qn("w:type"), "dxa")
        cell_properties.append(size)
        paragraph, run, text = (OxmlElement(name) for name in ("w:p", "w:r", "w:t"))
        paragraph_properties, space = OxmlElement("w:pPr"), OxmlElement("w:spacing")
        space.set(qn("w:before"), "30")
        space.set(qn("w:after"), "30")
        paragraph_properties.append(space)
        if at in (1, 2, 3):
            side = OxmlElement("w:jc")
            side.set(qn("w:val"), "right")
            paragraph_properties.append(side)
        run_properties, points = OxmlElement("w:rPr"), OxmlElement("w:sz")
        points.set(qn("w:val"), "17")
        run_properties.append(points)
        text.text = words
        text.set(qn("xml:space"), "preserve")
        run.append(run_properties)
        run.append(text)
        paragraph.append(paragraph_properties)
        paragraph.append(run)
        cell.append(cell_properties)
        cell.append(paragraph)
        row.append(cell)
    return row


def _shade(cell: Any) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", SOFT)):
        shade.set(qn(f"w:{name}"), value)
    cell._element.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    """A heading row that stands on every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _foot(document: Any, report: Report) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    mark = report.say("合成数据 · ", "Synthetic data · ") if report.synthetic else ""
    _run(paragraph, f"{mark}{report.code} · {report.say('核验码', 'check code')} {report.short or '—'} · ", 8)
    run = _run(paragraph, "", 8)
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = words
        run._element.append(part)


def _properties(document: Any, report: Report, name: str) -> None:
    properties = document.core_properties
    day = report.period.last_day
    properties.title, properties.subject = name, report.title
    properties.author, properties.comments = report.signed_by, report.seal
    properties.created = properties.modified = dt.datetime(day.year, day.month, day.day)
