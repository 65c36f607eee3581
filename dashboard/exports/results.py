"""Results as a workbook or a CSV that people can take away: numbers with their numerator, denominator, interval and target."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard.exports.safety import safe as safe
from indicators.definition import Catalogue
from indicators.result import Flag, Result
from reference.disclosure import disclosure_rules
from reference.periods import Period, parse
from reference.registry import Registry

Row = Sequence[Any]

# Each column: key, Chinese, English, width, number format.
COLUMNS = (
    ("organisation", "机构代码", "Code", 12, "@"),
    ("name", "名称", "Name", 26, "@"),
    ("indicator", "指标", "Indicator", 30, "@"),
    ("period", "报告期", "Period", 16, "@"),
    ("numerator", "分子", "Numerator", 12, "#,##0"),
    ("denominator", "分母", "Denominator", 12, "#,##0"),
    ("value", "值", "Value", 10, "#,##0.00"),
    ("unit", "单位", "Unit", 12, "@"),
    ("lower", "区间下限", "Lower limit", 10, "#,##0.00"),
    ("upper", "区间上限", "Upper limit", 10, "#,##0.00"),
    ("method", "区间方法", "Method", 16, "@"),
    ("target", "目标", "Target", 10, "#,##0.00"),
    ("by", "目标期限", "Target by", 12, "@"),
    ("document", "文件", "Document", 34, "@"),
    ("comparison", "比较", "Comparison", 14, "@"),
    ("gap", "差距（人）", "Gap (people)", 12, "#,##0"),
    ("received", "已报", "Reports in", 9, "#,##0"),
    ("expected", "应报", "Reports due", 9, "#,##0"),
    ("carried", "期末未报、沿用旧数的单位", "Units with an older figure", 12, "#,##0"),
    ("oldest", "其中最早月份", "Earliest of them", 12, "@"),
    ("reason", "未评价原因", "Not assessed because", 20, "@"),
)
COMPARISONS = {
    "better": ("优于目标", "better than target"),
    "similar": ("与目标相当", "similar to target"),
    "worse": ("差于目标", "worse than target"),
    "not_assessable": ("不可评价", "not assessable"),
    "no_target": ("无目标", "no target"),
}
REASONS = {
    "": ("", ""),
    "no_data": ("无数据", "no data"),
    "zero_denominator": ("分母为零", "denominator is zero"),
    "reports_missing": ("报表缺失", "reports missing"),
    "implausible": ("数据可疑", "implausible data"),
    "not_on_record": ("登记不全，不能断定", "the register is incomplete: it cannot be told"),
    "part_of_year": ("不满一年，不与年度目标比", "less than a year: not held against a yearly target"),
    "suppressed": ("小数隐去", "small number hidden"),
}


def write_results(
    to: Path,
    results: Sequence[Result],
    flags: Sequence[Flag],
    registry: Registry,
    catalogue: Catalogue,
    period: Period,
    language: str,
    synthetic: bool,
    *,
    public: bool = False,
) -> None:
    """Write `to` (.xlsx or .csv by its ending); a CSV has the results alone, with a byte-order mark for Chinese Excel and WPS.

    `public`: the results come from `indicators.disclosure` and the file says so. Flags rest on numbers of other months and
    are never public; with them it is refused.
    """
    if public and flags:
        raise ValueError("flags are not for the public")
    rows = [_row(one, registry, catalogue, language) for one in results]
    if to.suffix.lower() == ".csv":
        return _write_csv(to, rows, language, synthetic)
    book = Workbook()
    cover = book.active
    assert cover is not None
    _cover(cover, period, language, synthetic, len(rows), len(flags), public)
    _table(book.create_sheet(_say("结果", "Results", language)), rows, language)
    if not public:
        _flags(book.create_sheet(_say("预警", "Flags", language)), flags, registry, language)
    book.save(to)


def _say(zh: str, en: str, language: str) -> str:
    return zh if language == "zh" else en


def _row(result: Result, registry: Registry, catalogue: Catalogue, language: str) -> list[Any]:
    definition = catalogue.get(result.indicator)
    target = result.target
    index = 0 if language == "zh" else 1
    return [
        result.organisation,
        registry.organisations.get(result.organisation).name(language),
        definition.name(language),
        parse(result.period).label(language),
        result.numerator,
        result.denominator,
        result.value,
        definition.unit(language),
        result.lower,
        result.upper,
        result.method,
        target.value if target else None,
        target.by.isoformat() if target else None,
        (target.policy_zh if language == "zh" else target.policy_en) if target else None,
        COMPARISONS[result.comparison][index],
        result.gap,
        result.received,
        result.expected,
        result.carried or None,
        f"{result.oldest // 100}-{result.oldest % 100:02d}" if result.oldest else None,
        REASONS[result.reason][index],
    ]


def _write_csv(to: Path, rows: Sequence[Row], language: str, synthetic: bool) -> None:
    mark = [_say("合成数据", "synthetic data", language)] if synthetic else []
    heading = [_say(zh, en, language) for _, zh, en, _, _ in COLUMNS] + [
        _say("数据性质", "Kind of data", language)
    ] * synthetic
    with to.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(heading)
        writer.writerows([safe(value) for value in row] + mark for row in rows)


def _cover(
    sheet: Worksheet, period: Period, language: str, synthetic: bool, results: int, flags: int, public: bool
) -> None:
    sheet.title = _say("封面", "Cover", language)
    lines = [
        (
            _say("贵州省妇幼健康指标", "Maternal and child health indicators, Guizhou Province", language),
            Font(size=16, bold=True),
        ),
        (period.label(language), Font(size=12)),
        (
            _say(f"结果 {results} 行", f"{results} results", language)
            if public
            else _say(f"结果 {results} 行，预警 {flags} 条", f"{results} results, {flags} flags", language),
            Font(),
        ),
        (f"{_say('编制日期', 'Written on', language)} {dt.date.today().isoformat()}", Font()),
        *((note, Font()) for note in (disclosure_notes(language) if public else [_inside(language)])),
    ]
    if synthetic:
        lines.insert(
            1,
            (
                _say(
                    "合成数据：仅供演示，不是真实统计",
                    "Synthetic data: for demonstration, not real statistics",
                    language,
                ),
                Font(bold=True, color="B00020"),
            ),
        )
    for number, (text, font) in enumerate(lines, 1):
        cell = sheet.cell(number, 1, text)
        cell.font = font
    sheet.column_dimensions["A"].width = 80


def _inside(language: str) -> str:
    return _say(
        "内部使用：含未作小数处理的数字，不得对外公布",
        "For use inside: small numbers are not hidden; not for publication",
        language,
    )


def disclosure_notes(language: str) -> list[str]:
    """What a public file says of its hidden numbers, and how far that protects."""
    small = [one for one in disclosure_rules().classes if one.below]
    lines = [
        _say(
            "公开版：小数及可由其推出的数已隐去",
            "Public version: small numbers, and those that would give them away, are hidden",
            language,
        )
    ]
    lines += [_say(f"{one.zh}：{one.note_zh}", f"{one.en}: {one.note_en}", language) for one in small]
    lines.append(
        _say(
            "同一年度的公开表格之间相减，得不出隐去的数；不同日期编制的公开表格、其他机构公布的数，以及本就知情的人，不在此保证之内。",
            "No hidden number follows from subtracting public tables of one year from one another; tables written on another day, numbers published by others, and what people know already are beyond that promise.",
            language,
        )
    )
    return lines


def _table(sheet: Worksheet, rows: Sequence[Row], language: str) -> None:
    _heading(
        sheet, [_say(zh, en, language) for _, zh, en, _, _ in COLUMNS], [width for *_, width, _ in COLUMNS]
    )
    for row in rows:
        sheet.append([safe(value) for value in row])
    for index, (*_, number_format) in enumerate(COLUMNS, 1):
        for (cell,) in sheet.iter_rows(min_row=2, min_col=index, max_col=index):
            cell.number_format = number_format
    sheet.auto_filter.ref = sheet.dimensions


GAP_UNITS = {
    "people": ("人（例）", "people (events)"),
    "reports": ("份次", "reports"),
    "institutions": ("家机构", "institutions"),
}


def _flags(sheet: Worksheet, flags: Sequence[Flag], registry: Registry, language: str) -> None:
    headings = (
        ["级别", "机构代码", "名称", "原因", "差距", "差距单位", "上月差距", "持续月数"]
        if language == "zh"
        else [
            "Severity",
            "Code",
            "Name",
            "Reason",
            "Gap",
            "Unit of the gap",
            "A month before",
            "Months stood",
        ]
    )
    _heading(sheet, headings, [10, 12, 26, 110, 12, 12, 12, 12])
    for flag in flags:
        name = registry.organisations.get(flag.organisation).name(language)
        sheet.append(
            [
                safe(value)
                for value in (
                    flag.severity,
                    flag.organisation,
                    name,
                    flag.sentence(language),
                    flag.gap,
                    _say(*GAP_UNITS[flag.gap_unit], language),
                    flag.gap_before,
                    flag.stood,
                )
            ]
        )
    for (cell,) in sheet.iter_rows(min_row=2, min_col=4, max_col=4):
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _heading(sheet: Worksheet, texts: Sequence[str], widths: Sequence[int]) -> None:
    sheet.append(list(texts))
    for index, width in enumerate(widths, 1):
        cell = sheet.cell(1, index)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="E6EEF5")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
