"""Faults, each alone in an otherwise sound return: name → (file name, bytes, the issues it must get: code and cell)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks.build import (  # fmt: skip
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

Told = set[tuple[str, str]]
Made = tuple[str, bytes, Told]
FAIL: dict[str, Callable[[], Made]] = {}


def fault(
    *issues: tuple[str, str], name: str = "月报.xlsx"
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a workbook under its function's name, with the issues that it must get and no others."""

    def register(make: Callable[[], Any]) -> Callable[[], Any]:
        def made() -> Made:
            given = make()
            return name, given if isinstance(given, bytes) else bytes_of(given), set(issues)

        FAIL[make.__name__] = made
        return make

    return register


@fault(("number_with_remark", "C4"))
def a_note_in_a_number_cell() -> Any:
    return changed(C4="100（含双胎2例）")


@fault(("number_with_remark", "C4"))
def about_a_number() -> Any:
    return changed(C4="约100")


@fault(("not_a_number", "C4"))
def see_remark() -> Any:
    return changed(C4="见备注")


@fault(("not_a_number", "C4"))
def a_number_with_a_letter_o() -> Any:
    return changed(C4="1O0")


@fault(("not_a_number", "C4"))
def a_date_made_of_a_number() -> Any:
    import datetime as dt

    return changed(C4=dt.date(2026, 3, 1))


@fault(("not_whole", "C4"))
def half_a_woman() -> Any:
    return changed(C4=100.5)


@fault(("percent", "C4"))
def a_percentage() -> Any:
    return changed(C4="98%")


@fault(("negative", "C4"))
def a_negative_count() -> Any:
    return changed(C4=-5)


@fault(("too_long", "C4"))
def a_number_beyond_any_count() -> Any:
    return changed(C4=10**16)


@fault(("required_missing", "C4"))
def a_required_cell_left_blank() -> Any:
    return changed(C4=None)


@fault(("check_failed", "D4"))
def sexes_that_do_not_sum() -> Any:
    return delivery((*NANMING[:4], 50, 50, 0), headers=HEADERS) and changed_with_unknown(50, 50, 0)


def changed_with_unknown(boys: int, girls: int, unknown: int) -> Any:
    """A return that also states the sex not determined, so that the sum can be checked."""
    headers = (*HEADERS[:6], "性别不明", HEADERS[6])
    return delivery(("MCH520102", "南明区妇幼保健院", 100, 101, boys, girls, unknown, 0), headers=headers)


@fault(("total_differs", "C6"))
def a_total_that_does_not_add_up() -> Any:
    return delivery(NANMING, YUNYAN, (*TOTAL[:2], 301, *TOTAL[3:]))


@fault(("organisation_unknown", "B4"))
def an_institution_nobody_knows() -> Any:
    return delivery(("", "某某医院", *NANMING[2:]))


@fault(("organisation_unknown", "B4"))
def a_code_nobody_knows() -> Any:
    return delivery(("MCH999999", "", *NANMING[2:]))


@fault(("code_and_name_differ", "B4"))
def a_code_beside_another_name() -> Any:
    return changed(B4="云岩区妇幼保健院")


@fault(("organisation_repeated", "B5"))
def an_institution_twice() -> Any:
    return delivery(NANMING, NANMING)


@fault(("row_without_organisation", "B5"))
def a_row_without_a_name() -> Any:
    return delivery(NANMING, ("", "", 5, 5, 3, 2, 0))


@fault(("organisation_missing", ""))
def no_sender() -> Any:
    return county(sender=("",))


@fault(("may_not_report", "A2"))
def a_sender_that_does_not_owe_the_form() -> Any:
    return county(sender=("填报单位：贵阳市（520100）",))


@fault(("not_open_then", "A2"))
def a_county_that_had_ended() -> Any:
    return county(sender=("填报单位：小河区（520114）",))


@fault(("period_missing", ""))
def no_period() -> Any:
    return book(TITLE, (), HEADERS, NANMING)


@fault(("period_in_future", "A2"))
def a_month_still_to_come() -> Any:
    return delivery(NANMING, period=("报告期：2027年10月",))


@fault(("period_too_old", "A2"))
def a_month_long_before_any_return() -> Any:
    return delivery(NANMING, period=("报告期：1996年10月",))


@fault(("period_wrong_length", "A2"))
def a_year_for_a_month() -> Any:
    return delivery(NANMING, period=("报告期：2025年",))


@fault(("error_value", "C4"))
def an_error_cell() -> Any:
    return changed(C4="#REF!")


@fault(("formula_without_value", "D4"))
def a_formula_never_calculated() -> Any:
    return changed(D4="=E4+F4")


@fault(("column_repeated", "H3"))
def a_column_twice() -> Any:
    return delivery((*NANMING, 7), headers=(*HEADERS, "产妇数"))


@fault(("column_missing", ""))
def a_required_column_missing() -> Any:
    return delivery(
        [one for at, one in enumerate(NANMING) if at != 2],
        headers=[one for at, one in enumerate(HEADERS) if at != 2],
    )


@fault(("header_missing", ""))
def a_title_without_its_table() -> Any:
    return book(TITLE, ("报告期：2026年10月",), (1, 2, 3), (4, 5, 6))


@fault(("form_unknown", ""))
def another_table_altogether() -> Any:
    return book(("食堂采购单",), ("品名", "数量"), ("大米", 50), ("菜油", 20))


@fault(("form_hidden", ""))
def the_return_on_a_hidden_sheet() -> Any:
    made = delivery(NANMING)
    made.create_sheet("封面").append(["请看下页"])
    sheet_of(made).sheet_state = "hidden"
    return made


@fault(("no_values", ""))
def a_row_left_blank() -> Any:
    return delivery((*NANMING[:2], *[None] * 5))


@fault(("return_repeated", ""))
def the_same_month_on_two_sheets() -> Any:
    made = delivery(NANMING)
    again = made.copy_worksheet(sheet_of(made))
    again.title = "副本"
    return made


@fault(("parts_differ", "C5"))
def a_whole_that_is_not_its_parts() -> Any:
    made = county()
    sheet_of(made)["C5"] = 31
    return made


@fault(("row_repeated", "B11"))
def an_item_twice() -> Any:
    made = county()
    sheet_of(made).append(["11", "产妇数", 30, 20, 10])
    return made


@fault(("row_unknown", "B11"))
def an_item_nobody_knows() -> Any:
    made = county()
    sheet_of(made).append(["99", "食堂用餐人数", 30, 20, 10])
    return made


@fault(("item_and_label_differ", "A10"))
def a_number_beside_another_label() -> Any:
    made = county()
    sheet_of(made)["A10"] = "13"
    return made


@fault(("person_id", "H4"))
def an_identity_number() -> Any:
    return altered(lambda sheet: sheet.__setitem__("H4", "11010519491231002X"))


@fault(("person_phone", "A6"))
def a_mobile_number_at_the_foot() -> Any:
    return delivery(NANMING, foot=((), ("填表人：张三 13885012345",)))


def _remarked(text: str) -> Any:
    from openpyxl.comments import Comment

    return altered(lambda sheet: setattr(sheet["C4"], "comment", Comment(text, "test")))


@fault(("person_id_in_note", "C4"))
def an_identity_number_in_a_comment() -> Any:
    return _remarked("补报 11010519491231002X")


@fault(("person_phone_in_note", "C4"))
def a_mobile_number_in_a_comment() -> Any:
    return _remarked("有疑问请拨 13885012345")


@fault(("no_values", ""))
def a_form_with_nothing_in_it() -> Any:
    return delivery((NANMING[0], NANMING[1], None, None, None, None, None))


@fault(("organisation_unknown", "B4"))
def a_sender_of_another_province() -> Any:
    return delivery(("", "长沙市妇幼保健院", 100, 101, 50, 51, 0))


@fault(("empty_file", ""), name="空.xlsx")
def nothing_at_all() -> Any:
    return b""


@fault(("empty_file", ""))
def a_workbook_of_blank_sheets() -> Any:
    return book()


@fault(("damaged", ""))
def half_a_file() -> Any:
    return bytes_of(delivery(NANMING))[:3000]


@fault(("damaged", ""))
def a_part_whose_bytes_are_broken() -> Any:
    content = bytearray(bytes_of(delivery(NANMING)))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        at = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    content[at : at + 40] = bytes(40)
    return bytes(content)


@fault(("encrypted", ""))
def a_password() -> Any:
    name = "EncryptedPackage".encode("utf-16-le")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + name + bytes(1000)


@fault(("markup_as_spreadsheet", ""), name="导出.xls")
def a_web_page_called_xls() -> Any:
    return "<html><body><table><tr><td>助产机构月报</td></tr></table></body></html>".encode()


@fault(("markup_as_spreadsheet", ""), name="导出.xls")
def an_xml_table_called_xls() -> Any:
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


@fault(("wrong_type", ""), name="月报.xlsx")
def a_pdf_called_xlsx() -> Any:
    return b"%PDF-1.4\n1 0 obj\n"


@fault(("wrong_type", ""), name="月报.xlsx")
def a_text_document_in_a_zip() -> Any:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return target.getvalue()


@fault(("too_large", "XFD1048576"))
def a_stray_cell_in_the_last_corner() -> Any:
    def stray(sheet: Worksheet) -> None:
        sheet["XFD1048576"] = 1

    return altered(stray)


@fault(("damaged", ""), name="旧.xls")
def an_old_workbook_cut_short() -> Any:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack("<16s", b"") + bytes(600)


def repacked(change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The sound return with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(bytes_of(delivery(NANMING)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@fault(("encrypted", ""))
def a_zip_whose_members_are_locked() -> Any:
    content = bytearray(bytes_of(delivery(NANMING)))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


@fault(("damaged", ""))
def a_part_in_an_encoding_nobody_knows() -> Any:
    head = b'<?xml version="1.0" encoding="HTF-8"?>'
    return repacked(lambda parts: parts.update({"xl/workbook.xml": head + parts["xl/workbook.xml"]}))


@fault(("damaged", ""), name="月报.ods")
def an_open_document_with_half_its_content() -> Any:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<a")
    return target.getvalue()


@fault(("markup_as_spreadsheet", ""), name="导出.xls")
def a_web_page_in_utf16_called_xls() -> Any:
    return "<html><body><table><tr><td>助产机构月报</td></tr></table></body></html>".encode("utf-16")


@fault(("wrong_type", ""), name="月报.slk")
def a_symbolic_link_table() -> Any:
    return b'ID;PWXL;N;E\r\nC;Y1;X1;K"a"\r\nE\r\n'


@fault(("wrong_type", ""), name="月报.dif")
def a_data_interchange_table() -> Any:
    return b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,2\r\n""\r\n'


@fault(("form_unknown", ""), ("error_value", "B2"))
def another_table_with_an_error_cell() -> Any:
    return book(("食堂采购单",), ("大米", "#REF!"))
