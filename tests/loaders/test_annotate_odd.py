"""Marking workbooks that were marked before, tampered with, or that follow no rule: marked, converted or refused."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from loaders.annotate import HEAD, AnnotateError, _titles, _written, annotate, errors_only
from loaders.issues import Issue
from loaders.marks import COLOURS, MOST_MARKED
from loaders.workbook import Sheet

GREEN = "FF00FF00"
LIST = "审核问题"


def fault(cell: str, code: str = "not_a_number", found: str = "约30") -> Issue:
    return Issue(code, "表", cell, found, {"name_zh": "活产数", "name_en": "Live births"})


def numbers() -> Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for row in range(1, 8):
        for column in range(1, 6):
            sheet.cell(row, column, row * column)
    return book


def saved(book: Workbook) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def marked(content: bytes, *issues: Issue) -> bytes:
    given = annotate(content, "x.xlsx", issues)
    assert given.how == "marked"
    return given.content


def patched(content: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if (part := change(name, old.read(name))) is not None:
                new.writestr(name, part)
        for name, part in added.items():
            new.writestr(name, part)
    return target.getvalue()


def colours(content: bytes) -> dict[str, str]:
    sheet = opened(content).worksheets[-1]
    return {
        cell.coordinate: cell.fill.fgColor.rgb for row in sheet for cell in row if cell.fill.fill_type
    }  # fmt: skip


@pytest.mark.parametrize("ours", [GREEN, *COLOURS.values()])
def test_every_cell_gets_its_own_fill_back(ours: str) -> None:
    book = numbers()
    sheet = book["表"]
    sheet["A5"].fill = sheet["E2"].fill = PatternFill("solid", fgColor=ours)
    sheet.merge_cells("A5:C6")
    once = marked(saved(book), fault("B6"), fault("D2+E2"))
    assert colours(once).keys() == {"A5", "D2", "E2"}
    assert colours(marked(once)) == {"A5": ours, "E2": ours}


def spoil_list(book: Workbook) -> None:
    del book[LIST]


def spoil_row(book: Workbook) -> None:
    book[LIST].delete_rows(5)


def spoil_name(book: Workbook) -> None:
    book["表"].title = "新名"


def spoil_fills(book: Workbook) -> None:
    book[LIST]["I5"] = "<junk"


@pytest.mark.parametrize("spoil", [spoil_list, spoil_row, spoil_name, spoil_fills])
def test_marks_go_also_when_the_list_was_changed(spoil: Callable[[Workbook], None]) -> None:
    book = opened(marked(saved(numbers()), fault("B5"), fault("C5")))
    spoil(book)
    again = marked(saved(book))
    assert colours(again) == {}
    assert not any(cell.comment for row in opened(again).worksheets[-1] for cell in row)


def test_a_fill_that_somebody_wrote_into_the_list_is_not_put_into_the_styles() -> None:
    book = opened(marked(saved(numbers()), fault("B5")))
    book[LIST]["I5"] = '{"B5": "<evil xmlns=\'http://example.org/\'/>"}'
    again = marked(saved(book), fault("C5"))
    assert colours(again).keys() == {"C5"}
    assert b"evil" not in zipfile.ZipFile(io.BytesIO(again)).read("xl/styles.xml")


def test_marking_again_and_again_adds_nothing() -> None:
    content = marked(marked(saved(numbers()), fault("B5")), fault("B5"))
    again = marked(content, fault("B5"))
    first, second = (zipfile.ZipFile(io.BytesIO(one)) for one in (content, again))
    assert first.namelist() == second.namelist()
    assert first.read("xl/styles.xml") == second.read("xl/styles.xml")


def test_a_missing_cell_takes_the_style_of_its_column() -> None:
    book = numbers()
    book["表"].column_dimensions["C"].number_format = "0.00"
    assert opened(marked(saved(book), fault("C9")))["表"]["C9"].number_format == "0.00"


def without_styles(name: str, part: bytes) -> bytes | None:
    if name == "xl/styles.xml":
        return None
    return re.sub(rb"<(Relationship|Override) [^>]*styles[^>]*/>", b"", part)


def without_styles_part(name: str, part: bytes) -> bytes | None:
    return None if name == "xl/styles.xml" else part


@pytest.mark.parametrize("change", [without_styles, without_styles_part])
def test_a_workbook_without_styles(change: Callable[[str, bytes], bytes | None]) -> None:
    content = marked(patched(saved(numbers()), change), fault("B5"))
    assert colours(content) == {"B5": COLOURS["error"]}
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("表").to_python()[4][1] == 10


def test_a_comment_without_a_text() -> None:
    book = numbers()
    book["表"]["B5"].comment = Comment("院办", "x")
    content = patched(
        saved(book),
        lambda name, part: re.sub(rb"<text>.*?</text>", b"", part) if "comments" in name else part,
    )
    assert opened(marked(content, fault("B5")))["表"]["B5"].comment.text.startswith("【审核】")


def test_threaded_comments_stay_as_they_are() -> None:
    book = numbers()
    book["表"]["B5"].comment = Comment("[Threaded comment] 老批注", "tc={1}")
    threads, kind = "xl/threadedComments/threadedComment1.xml", b"http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"  # fmt: skip
    talk = (
        b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"/>'
    )
    relation = b'<Relationship Id="rT" Type="' + kind + b'" Target="/' + threads.encode() + b'"/></Relationships>'  # fmt: skip

    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</Relationships>", relation) if name.endswith("sheet1.xml.rels") else part

    content = marked(patched(saved(book), change, **{threads: talk}), fault("B5"), fault("C5"))
    assert zipfile.ZipFile(io.BytesIO(content)).read(threads) == talk
    sheet = opened(content)["表"]
    assert sheet["B5"].comment.text == "[Threaded comment] 老批注"
    assert sheet["C5"].comment.text.startswith("【审核】")
    assert colours(content).keys() == {"B5", "C5"}


def test_a_signature_is_left_out_and_the_list_says_so() -> None:
    relation = b'<Relationship Id="rS" Type="http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'  # fmt: skip

    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"</Relationships>", relation) if name == "_rels/.rels" else part

    content = marked(patched(saved(numbers()), change, **{"_xmlsignatures/origin.sigs": b""}), fault("B5"))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert not any("signature" in name for name in archive.namelist())
    assert b"signature" not in archive.read("_rels/.rels")
    assert "数字签名" in str(opened(content)[LIST]["A2"].value)


def test_the_list_says_when_not_every_cell_is_marked() -> None:
    issues = [fault(f"A{row}") for row in range(1, MOST_MARKED + 101)]
    content = marked(saved(numbers()), *issues)
    assert len(colours(content)) == MOST_MARKED
    assert str(MOST_MARKED) in str(opened(content)[LIST]["A2"].value)
    assert str(len(issues)) in str(opened(content)[LIST]["A1"].value)


def test_a_long_text_makes_no_row_that_is_too_high() -> None:
    sheet = opened(marked(saved(numbers()), fault("B5", found="长" * 40_000)))[LIST]
    assert sheet.row_dimensions[5].height == 409
    assert len(sheet["D5"].value) == 32_767


def test_names_that_an_xlsx_does_not_allow_stay_apart() -> None:
    names = ["x" * 31 + "1", "x" * 31 + "2", "a/b", "a?b", "A_B", "", "报表", "'引'"]
    titles = _titles([Sheet(name, False, []) for name in names])
    assert len({title.casefold() for title in titles.values()}) == len(names)
    book = opened(_written([(title, False, [[at]]) for at, title in enumerate(titles.values())]))
    assert [sheet["A1"].value for sheet in book] == list(range(len(names)))


def test_values_that_no_spreadsheet_holds_become_text() -> None:
    row = [float("nan"), float("inf"), dt.date(1800, 1, 1), dt.time(3, 4), dt.date(2026, 1, 31)]
    sheet = opened(_written([("表", False, [row])]))["表"]
    assert [cell.value for cell in sheet[1]] == [
        "nan",
        "inf",
        "1800-01-01",
        "03:04:00",
        dt.datetime(2026, 1, 31),
    ]


def test_faulty_rows_keep_the_headings_and_take_rows_below_the_last() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表"
    for row in [["月报"], ["报告期", "?"], ["项目", "本月"], *([f"第{n}项", n] for n in range(4, 30))]:
        sheet.append(row)
    given = errors_only(saved(book), "x.xlsx", [fault("B2"), fault("B20"), fault("B40", "required_missing")])
    shown = [row[0] for row in opened(given.content)["表"].iter_rows(values_only=True)]
    assert HEAD >= 3
    assert shown == ["第1行", "第2行", "第3行", "第20行", "第40行"]
    assert colours(given.content).keys() == {"C2", "C4", "C5"}


def spoilt(part: bytes, draw: random.Random) -> bytes:
    """XML with one token made wrong."""
    tokens = re.findall(rb"<[^>]*>|[^<]+", part)
    at = draw.randrange(len(tokens))
    ways = (
        re.sub(rb'"[^"]*"', b'"zz"', tokens[at], count=1),
        re.sub(rb' [\w:]+="[^"]*"', b"", tokens[at]),
        b"",
    )
    tokens[at] = draw.choice(ways)
    return b"".join(tokens)


@pytest.mark.parametrize("seed", range(6))
def test_broken_parts_are_marked_converted_or_refused(seed: int) -> None:
    book, draw = numbers(), random.Random(seed)
    book["表"]["B5"].comment = Comment("院办", "x")
    book["表"].merge_cells("A6:B6")
    content, given = saved(book), 0

    def change(name: str, part: bytes) -> bytes:
        return (
            spoilt(part, draw) if name.endswith((".xml", ".rels", ".vml")) and draw.random() < 0.3 else part
        )

    for _ in range(25):
        broken = bytearray(content) if draw.random() < 0.3 else bytearray(patched(content, change))
        if draw.random() < 0.3:
            broken[draw.randrange(len(broken))] ^= 255
        try:
            annotate(bytes(broken), "x.xlsx", [fault("B5"), fault("Z99")])
            given += 1
        except AnnotateError:
            pass
    assert given > 0  # most of what is broken is not broken beyond use


def strict(name: str, part: bytes) -> bytes:
    """The same part as a program writes it that was asked for Strict Open XML."""
    del name
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    return (
        part.replace(old + b"spreadsheetml/2006/main", new + b"spreadsheetml/main")
        .replace(old + b"officeDocument/2006/relationships", new + b"officeDocument/relationships")
    )  # fmt: skip


def test_a_strict_workbook_comes_back_converted() -> None:
    given = annotate(patched(saved(numbers()), strict), "x.xlsx", [fault("B5")])
    assert (given.how, given.name) == ("converted", "x-审核结果（由xlsx转换）.xlsx")
    assert colours(given.content) == {"B5": COLOURS["error"]}
    assert [cell.value for cell in opened(given.content)["表"][7]] == [7, 14, 21, 28, 35]
