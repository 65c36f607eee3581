"""Oddities that people make and that must be read right: name → (file name, bytes, values of the first sender, warnings allowed)."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.build import (
    COUNTY,
    ELEMENTS,
    HEADERS,
    NANMING,
    TITLE,
    TOTAL,
    YUNYAN,
    altered,
    book,
    bytes_of,
    changed,
    county,
    delivery,
    sheet_of,
)

SOUND: dict[str, Any] = dict(zip(ELEMENTS, NANMING[2:], strict=True))
Made = tuple[str, bytes, dict[str, Any], set[str]]
LOAD: dict[str, Callable[[], Made]] = {}


def oddity(make: Callable[[], Any]) -> Callable[[], Any]:
    """Register a workbook under its function's name; it gives a workbook, or one with what differs from the sound return."""

    def made() -> Made:
        given = make()
        workbook, *rest = given if isinstance(given, tuple) else (given,)
        content = workbook if isinstance(workbook, bytes) else bytes_of(workbook)
        values = rest[0] if rest else {}
        allowed = rest[1] if len(rest) > 1 else set()
        name = rest[2] if len(rest) > 2 else "月报.xlsx"
        return name, content, values or SOUND, allowed

    LOAD[make.__name__] = made
    return make


@oddity
def sound() -> Any:
    return delivery(NANMING)


@oddity
def numbers_typed_as_text() -> Any:
    return changed(C4="100", D4=" 101 ", E4="'50", F4="51")


@oddity
def full_width_digits() -> Any:
    return changed(C4="１００", D4="１０１", E4="５０", F4="５１")


@oddity
def thousands_separators() -> Any:
    made = changed(C4="1,100", D4="1，101", E4="550", F4="551")
    return made, SOUND | {
        "parturient_women": 1100,
        "live_births": 1101,
        "live_births_male": 550,
        "live_births_female": 551,
    }


@oddity
def ten_thousands_in_the_header() -> Any:
    made = delivery(
        ("MCH520102", "南明区妇幼保健院", 0.01, 101, 50, 51, 0),
        headers=(*HEADERS[:2], "产妇数（万人）", *HEADERS[3:]),
    )
    return made


@oddity
def units_in_the_headers() -> Any:
    return delivery(
        NANMING,
        headers=(
            "机构代码",
            "机构名称",
            "产妇数（人）",
            "活产总数(人)",
            "男性活产数【人】",
            "女性活产数（人）",
            "孕产妇死亡数（例）",
        ),
    )


@oddity
def columns_in_another_order() -> Any:
    order = (1, 6, 3, 0, 2, 5, 4)
    return delivery([NANMING[at] for at in order], headers=[HEADERS[at] for at in order])


@oddity
def columns_nobody_asked_for() -> Any:
    made = delivery((*NANMING, "备注文字", 9), headers=(*HEADERS, "备注", "门诊人次"))
    return made, {}, {"column_unknown"}


@oddity
def line_breaks_in_headers() -> Any:
    return delivery(
        NANMING,
        headers=(
            "机构\n代码",
            "机构\n名称",
            "产妇\n数",
            "活产\n总数",
            "男性\n活产数",
            "女性\n活产数",
            "孕产妇\n死亡数",
        ),
    )


@oddity
def spaces_and_invisible_signs_in_headers() -> Any:
    return delivery(
        NANMING,
        headers=(
            "机构 代码",
            "机 构 名 称",
            "产妇数\u200b",
            "\u00a0活产总数",
            "男性 活产数",
            "女性　活产数",
            "孕产妇死亡数 ",
        ),
    )


@oddity
def a_header_misspelt_by_one_sign() -> Any:
    made = delivery(NANMING, headers=(*HEADERS[:4], "男姓活产数", *HEADERS[5:]))
    return made, {}, {"header_misspelt"}


@oddity
def a_row_of_column_numbers() -> Any:
    return delivery(("甲", "乙", 1, 2, 3, 4, 5), NANMING)


@oddity
def blank_rows_between() -> Any:
    return delivery((None,) * 7, NANMING, (None,) * 7, YUNYAN, (None,) * 7)


@oddity
def the_total_last() -> Any:
    return delivery(NANMING, YUNYAN, TOTAL)


@oddity
def the_total_first() -> Any:
    return delivery(TOTAL, NANMING, YUNYAN)


@oddity
def signatures_and_notes_at_the_foot() -> Any:
    foot = (
        ("填表人：张三", None, "审核人：李四"),
        ("单位负责人：王五",),
        ("填报日期：2026年11月3日",),
        ("注：双胎按一例产妇统计。",),
    )
    return delivery(NANMING, foot=foot)


@oddity
def the_period_in_the_title_only() -> Any:
    return book(("2026年10月助产机构月报",), (), HEADERS, NANMING)


@oddity
def the_period_in_chinese_numerals() -> Any:
    return delivery(NANMING, period=("报告期：二〇二六年十月",))


@oddity
def the_period_with_a_full_stop() -> Any:
    return delivery(NANMING, period=("报告期：2026.10",))


@oddity
def the_period_in_the_cell_beside() -> Any:
    return delivery(NANMING, period=("报告期", "2026年10月"))


@oddity
def the_period_made_a_date_by_the_program() -> Any:
    return delivery(NANMING, period=("报告期：", dt.date(2026, 10, 1)))


@oddity
def the_period_in_the_name_of_the_sheet() -> Any:
    made = book(TITLE, (), HEADERS, NANMING)
    sheet_of(made).title = "2026年10月"
    return made


@oddity
def the_period_in_the_name_of_the_file() -> Any:
    return book(TITLE, (), HEADERS, NANMING), {}, set(), "南明区2026年10月月报.xlsx"


@oddity
def a_filling_in_date_that_is_no_period() -> Any:
    return book(TITLE, ("填报日期：2026年11月3日",), ("报告期：2026年10月",), HEADERS, NANMING)


@oddity
def the_code_as_a_number() -> Any:
    made = county(sender=("填报单位", 520102.0))
    return made, COUNTY


@oddity
def the_code_with_spaces() -> Any:
    return changed(A4=" MCH520102 ")


@oddity
def only_the_name() -> Any:
    return delivery(("", *NANMING[1:]))


@oddity
def only_the_code() -> Any:
    return delivery((NANMING[0], "", *NANMING[2:]))


@oddity
def the_institution_for_its_county() -> Any:
    return county(sender=("填报单位：南明区妇幼保健院",)), COUNTY


@oddity
def the_county_with_its_prefecture() -> Any:
    return county(sender=("填报单位（盖章）：贵阳市南明区",)), COUNTY


@oddity
def a_helper_sheet_that_is_hidden() -> Any:
    made = delivery(NANMING)
    hidden = made.create_sheet("代码表")
    hidden.append(["代码", "名称", 1, 2, 3, 4, 5])
    hidden.sheet_state = "hidden"
    return made


@oddity
def a_sheet_of_instructions() -> Any:
    made = delivery(NANMING)
    made.create_sheet("填表说明").append(["助产机构月报填表说明：产妇数指……"])
    return made


@oddity
def empty_sheets() -> Any:
    made = delivery(NANMING)
    made.create_sheet("Sheet2")
    made.create_sheet("Sheet3")
    return made


@oddity
def thousands_of_formatted_blank_columns() -> Any:
    def widen(sheet: Worksheet) -> None:
        for column in range(8, 2500):
            sheet.cell(3, column).value = ""
            sheet.cell(4, column).number_format = "0.00"

    return altered(widen)


@oddity
def the_title_merged_over_the_table() -> Any:
    return altered(lambda sheet: (sheet.merge_cells("A1:G1"), sheet.merge_cells("A2:G2")))


@oddity
def headers_merged_both_ways() -> Any:
    made = book(
        TITLE, ("报告期：2026年10月",),
        ("机构代码", "机构名称", "产妇数", "活产数", None, None, "孕产妇死亡数"),
        (None, None, None, "合计", "男", "女", None),
        NANMING,
    )  # fmt: skip
    for cells in ("A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:G4"):
        sheet_of(made).merge_cells(cells)
    return made


@oddity
def a_value_under_a_merge() -> Any:
    def cover(sheet: Worksheet) -> None:
        sheet["B5"] = None
        sheet.merge_cells("H4:I4")

    return altered(cover)


@oddity
def formulas_with_their_results() -> Any:
    # As Excel saves them: the formula and its value.
    content = bytes_of(changed(D4=101))
    import io
    import zipfile

    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(
                    b'<c r="D4" t="n"><v>101</v></c>', b'<c r="D4"><f>E4+F4</f><v>101</v></c>'
                )
                assert b"<f>E4+F4</f>" in part
            new.writestr(name, part)
    return target.getvalue()


@oddity
def not_offered_as_minus_two() -> Any:
    return changed(G4=-2), {key: value for key, value in SOUND.items() if key != "maternal_deaths"} | {
        "maternal_deaths": "not_offered"
    }


@oddity
def not_offered_in_words() -> Any:
    return changed(G4="未开展"), SOUND | {"maternal_deaths": "not_offered"}


@oddity
def a_dash() -> Any:
    return changed(G4="—"), SOUND | {"maternal_deaths": "dash"}


@oddity
def comments_on_cells() -> Any:
    from openpyxl.comments import Comment

    def note(sheet: Worksheet) -> None:
        sheet["C4"].comment = Comment("含双胎2例", "张")

    return altered(note)


@oddity
def a_hidden_row_is_data_all_the_same() -> Any:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[4].hidden = True

    return altered(hide, NANMING, YUNYAN)


@oddity
def two_forms_in_a_workbook() -> Any:
    made = delivery(NANMING)
    other = made.create_sheet("县区")
    for row in county().worksheets[0].iter_rows(values_only=True):
        other.append(list(row))
    return made


@oddity
def csv_in_gb18030() -> Any:
    text = (
        "助产机构月报\n报告期：2026年10月\n" + ",".join(HEADERS) + "\n" + ",".join(map(str, NANMING)) + "\n"
    )
    return text.encode("gb18030"), {}, set(), "月报.csv"


@oddity
def csv_in_utf16_with_tabs() -> Any:
    text = (
        "助产机构月报\n报告期：2026年10月\n" + "\t".join(HEADERS) + "\n" + "\t".join(map(str, NANMING)) + "\n"
    )
    return text.encode("utf-16"), {}, set(), "月报.tsv"


@oddity
def csv_with_semicolons_and_quotes() -> Any:
    text = (
        "助产机构月报\n报告期：2026年10月\n"
        + ";".join(f'"{one}"' for one in HEADERS)
        + "\n"
        + ";".join(f'"{one}"' for one in NANMING)
        + "\n"
    )
    return text.encode("utf-8-sig"), {}, set(), "月报.csv"


@oddity
def csv_with_ragged_rows() -> Any:
    text = (
        "助产机构月报\n报告期：2026年10月\n"
        + ",".join(HEADERS)
        + "\n"
        + ",".join(map(str, NANMING))
        + ",,,,,\n"
    )
    return text.encode(), {}, set(), "月报.csv"


@oddity
def county_without_the_total_column() -> Any:
    rows = [(number, label, registered, others) for number, label, _, registered, others in county_rows()]
    return county(*rows, headers=("序号", "项目", "户籍", "非户籍")), COUNTY


@oddity
def county_without_numbers_of_items() -> Any:
    rows = [row[1:] for row in county_rows()]
    return county(*rows, headers=("项目", "合计", "户籍", "非户籍")), COUNTY


@oddity
def county_with_numbered_labels() -> Any:
    rows = [(number, f"{at}. {label}", *rest) for at, (number, label, *rest) in enumerate(county_rows(), 1)]
    return county(*rows), COUNTY


def county_rows() -> Any:
    from tests.workbooks.build import COUNTY_ROWS

    return COUNTY_ROWS


def lines(separator: str = ",") -> str:
    """The sound return as text."""
    rows = [TITLE, ("报告期：2026年10月",), HEADERS, NANMING]
    return "".join(separator.join(map(str, row)) + "\r\n" for row in rows)


@oddity
def csv_in_utf16_without_its_mark() -> Any:
    return lines("\t").encode("utf-16-le"), {}, set(), "月报.csv"


@oddity
def csv_with_texts_held_by_formulas() -> Any:
    text = lines().replace("MCH520102", '="MCH520102"').replace(",100,", ',="100",')
    return text.encode("gb18030"), {}, set(), "月报.csv"


def repacked(change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> bytes:
    """The sound return with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(bytes_of(delivery(NANMING)))) as archive:
        parts = change({name: archive.read(name) for name in archive.namelist()})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@oddity
def a_sheet_written_in_utf16() -> Any:
    name = "xl/worksheets/sheet1.xml"
    return repacked(lambda parts: parts | {name: parts[name].decode().encode("utf-16")})


@oddity
def a_workbook_part_in_another_place() -> Any:
    """Lawful: the container's relations say where the workbook is."""
    places = {"xl/workbook.xml": "book.xml", "xl/_rels/workbook.xml.rels": "_rels/book.xml.rels"}

    def move(parts: dict[str, bytes]) -> dict[str, bytes]:
        parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"book.xml")
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"/xl/workbook.xml", b"/book.xml")
        return {places.get(name, name): content for name, content in parts.items()}

    return repacked(move)


@oddity
def bytes_before_the_zip() -> Any:
    return b"\r\n" * 20 + bytes_of(delivery(NANMING))


@oddity
def the_last_month_below_this_one() -> Any:
    september = (TITLE, ("报告期：2026年9月",), HEADERS, YUNYAN)
    return delivery(NANMING, foot=((), *september))
