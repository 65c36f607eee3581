"""No single reader survives: error cells of every format, old and strict files, archives, and files that break a reader."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from loaders import lost_cells
from loaders.archives import ArchiveError, members, shown_name, take_out
from loaders.files import Job, check_jobs, find_jobs
from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.limits import Limits
from loaders.workbook import ACCEPTED, WorkbookError, read_workbook
from reference.registry import Registry

Office = Callable[[Path, str], Path]
SHEET = "xl/worksheets/sheet1.xml"


def base() -> bytes:
    """Two numbers, an error, a formula, a merge."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表一"
    for row in (["甲", "乙", "丙"], [1, "=1/0", 3], [4, "=A2+1", "=NA()"]):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def patched(part: str, change: Callable[[bytes], bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The base with one part changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(base())) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize("ending", ["xls", "ods", "xlsx"])
def test_error_cells_are_found_in_every_format(ending: str, office: Office, tmp_path: Path) -> None:
    path = tmp_path / "源.xlsx"
    path.write_bytes(base())
    (sheet,) = read_workbook(office(path, ending).read_bytes(), f"源.{ending}").sheets
    assert sheet.broken == {(1, 1): "error_value", (2, 2): "error_value"}
    assert sheet.rows[1][0] == 1
    assert sheet.rows[2][1] == 2


def record(kind: int, body: bytes) -> bytes:
    """A record of the binary workbook: its number and size in seven bits a byte ([MS-XLSB] 2.1.4)."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body)]) + body


def test_error_cells_of_a_binary_workbook() -> None:
    def text(words: str) -> bytes:
        return struct.pack("<I", len(words)) + words.encode("utf-16-le")

    cell = struct.pack("<II", 2, 0)  # column, style
    sheet = b"".join(
        [
            record(0, struct.pack("<I", 4) + bytes(13)),  # BrtRowHdr, row 5
            record(2, cell + b"\x00\x00\x00\x00"),  # a number
            record(3, struct.pack("<II", 3, 0) + b"\x17"),  # BrtCellError: #REF!
            record(11, struct.pack("<II", 6, 0) + b"\x2a" + bytes(10)),  # BrtFmlaError: #N/A
        ]
    )
    bundle = record(156, struct.pack("<II", 0, 1) + text("rId1") + text("月报"))
    relations = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x" Target="worksheets/sheet1.bin"/></Relationships>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.bin", bundle)
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    assert lost_cells.in_xlsb(target.getvalue()) == {"月报": {(4, 3), (4, 6)}}


def biff2(rows: list[tuple[int, int, float]]) -> bytes:
    """A workbook of 1987, which has no container: BOF, NUMBER records, EOF."""
    stream = struct.pack("<HHHH", 0x0009, 4, 2, 0x10)
    for row, column, value in rows:
        stream += struct.pack("<HHHH3sd", 0x0003, 15, row, column, b"\0\0\0", value)
    return stream + struct.pack("<HH", 0x000A, 0)


def test_what_the_first_reader_refuses_the_other_reads() -> None:
    (sheet,) = read_workbook(biff2([(0, 0, 7.0), (1, 2, 8.5)]), "旧.xls").sheets
    assert sheet.rows[0][0] == 7.0
    assert sheet.rows[1][2] == 8.5


def test_strict_workbooks_are_read() -> None:
    def strict(content: bytes) -> bytes:
        return content.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        )

    content = patched(SHEET, strict)
    (sheet,) = read_workbook(content, "严格.xlsx").sheets
    assert sheet.rows[1][0] == 1


def test_with_care_the_other_reader_is_used() -> None:
    content = base()
    (sheet,) = read_workbook(content, "x.xlsx", careful=True).sheets
    assert sheet.rows[0] == ["甲", "乙", "丙"]
    assert sheet.rows[1][0] == 1
    assert sheet.broken[1, 1] == "formula_without_value"


def far(content: bytes) -> bytes:
    """A cell in the farthest corner, spelt so that the look inside misses it and the first reader aborts."""
    return content.replace(
        b"</sheetData>", b'<row r="1048576"><c  t="n" r="XFD1048576"><v>1</v></c></row></sheetData>'
    )


def over_and_over(content: bytes) -> bytes:
    rows = b"".join(b'<row r="%d"><c r="ZZ%d"><v>1</v></c></row>' % (row, row) for row in range(4, 1500))
    merges = b"".join(b'<mergeCell ref="A1:ZZ%d"/>' % row for row in range(2, 1500))
    return content.replace(b"</sheetData>", rows + b"</sheetData><mergeCells>" + merges + b"</mergeCells>")


HOSTILE = {
    "far_cell.xlsx": (lambda: patched(SHEET, far), {"too_large"}),
    "merges_over_merges.xlsx": (lambda: patched(SHEET, over_and_over), {"too_large"}),
    "unpacks_to_400_megabytes.xlsx": (
        lambda: patched("", lambda content: content, {"xl/media/zero.bin": bytes(400 * 1024**2)}),
        {"unpacks_too_large"},
    ),
    "declares_entities.xlsx": (
        lambda: patched(SHEET, lambda content: b'<!DOCTYPE x [<!ENTITY a "b">]>' + content),
        {"damaged"},
    ),
    "four_billion_strings.xlsx": (
        lambda: patched(
            "xl/sharedStrings.xml",
            lambda content: content.replace(
                b"<sst ", b'<sst count="4000000000" uniqueCount="4000000000" ', 1
            ),
        ),
        {"form_unknown", "formula_without_value"},
    ),
    "cut_short.xlsx": (lambda: base()[:2000], {"damaged"}),
    "a_web_page.xls": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", {"markup_as_spreadsheet"}),
    "a_picture.xlsx": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), {"wrong_type"}),
    "nothing.xlsx": (lambda: b"", {"empty_file"}),
}


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), dt.date(2026, 11, 20), Limits(seconds=8))


def test_hostile_files_are_refused_each_with_its_message(desk: Desk, tmp_path: Path) -> None:
    for name, (make, _) in HOSTILE.items():
        (tmp_path / name).write_bytes(make())
    answers = dict(check_jobs([Job(tmp_path / name) for name in HOSTILE], desk, workers=2))
    told = {path.name: {issue.code for issue in outcome.issues} for path, outcome in answers.items()}
    for name, (_, codes) in HOSTILE.items():
        assert told[name], name
        assert told[name] <= codes, name


def archive_of(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_an_archive_is_read_file_by_file(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "十月.zip"
    content = base()
    files = {
        "一/甲.xlsx": content,
        "__MACOSX/一/._甲.xlsx": b"x",
        "~$甲.xlsx": b"x",
        "说明.docx": b"x",
        "乙.csv": b"",
    }
    path.write_bytes(archive_of(files))
    jobs = find_jobs([tmp_path], Limits())
    assert [job.path.relative_to(path).as_posix() for job in jobs] == ["一/甲.xlsx", "乙.csv"]
    answers = dict(check_jobs(jobs, desk))
    assert {issue.code for issue in answers[path / "乙.csv"].issues} == {"empty_file"}
    assert answers[path / "一/甲.xlsx"].size == len(content)


def test_names_that_chinese_windows_wrote() -> None:
    info = zipfile.ZipInfo("南明区月报.xlsx".encode("gb18030").decode("cp437"))
    assert shown_name(info) == "南明区月报.xlsx"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 no zip", "damaged"),
        (archive_of({f"{n}.xlsx": b"" for n in range(30)}), "unpacks_too_large"),
    ],
)
def test_archives_that_cannot_be_used(content: bytes, code: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        members(content, ACCEPTED, Limits(parts=20))
    assert caught.value.code == code


def test_a_member_is_never_larger_than_allowed() -> None:
    content = archive_of({"a.csv": b"1" * 3 * 1024**2})
    assert len(take_out(content, "a.csv", Limits(unpacked_megabytes=4))) == 3 * 1024**2
    with pytest.raises(ArchiveError):
        take_out(content, "a.csv", Limits(unpacked_megabytes=2))


def test_an_archive_without_workbooks_says_so(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "空.zip"
    path.write_bytes(archive_of({"说明.docx": b"x"}))
    ((_, outcome),) = check_jobs(find_jobs([path], Limits()), desk)
    assert [issue.code for issue in outcome.issues] == ["archive_empty"]


@pytest.mark.parametrize(
    ("rows", "limits"),
    [([[1]] * 30, Limits(rows=20)), ([[1] * 10] * 10, Limits(cells=99))],
)
def test_a_text_longer_than_allowed_is_refused(rows: list[list[int]], limits: Limits) -> None:
    text = "\n".join(",".join(map(str, row)) for row in rows)
    with pytest.raises(WorkbookError) as caught:
        read_workbook(text.encode(), "x.csv", limits)
    assert caught.value.issue.code == "too_large"


def test_a_sealed_old_workbook_is_called_encrypted(office: Office, tmp_path: Path) -> None:
    """[MS-XLS] 2.4.117: the record FilePass comes right after the beginning of the workbook."""
    path = tmp_path / "源.xlsx"
    path.write_bytes(base())
    content = bytearray(office(path, "xls").read_bytes())
    start = content.find(struct.pack("<HHH", 0x809, 16, 0x600))
    after = start + 20
    content[after : after + 2] = struct.pack(
        "<H", 0x2F
    )  # whatever stood there now says that a password is needed
    with pytest.raises(WorkbookError) as caught:
        read_workbook(bytes(content), "x.xls")
    assert caught.value.issue.code == "encrypted"


@pytest.mark.parametrize("ending", [".xltx", ".xlt", ".ots", ".fods", ".wps", ".numbers", ".XLSM"])
def test_no_spreadsheet_in_a_folder_or_archive_is_passed_over(ending: str, tmp_path: Path) -> None:
    sent = tmp_path / f"月报{ending}"
    sent.write_bytes(b"-")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(sent, sent.name)
    assert {job.path for job in find_jobs([tmp_path], Limits())} == {
        sent,
        tmp_path / "all.zip" / sent.name,
    }


INDENTED = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
 <office:body>
  <office:spreadsheet>
   <table:table table:name="表一">
    <table:table-row>
     <table:table-cell office:value-type="string">
      <text:p>产妇 人数</text:p>
     </table:table-cell>
     <table:table-cell office:value-type="float" office:value="276">
      <text:p>276</text:p>
     </table:table-cell>
    </table:table-row>
   </table:table>
  </office:spreadsheet>
 </office:body>
</office:document-content>
"""


def test_an_ods_whose_xml_is_broken_into_lines_is_read() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", INDENTED)
    (sheet,) = read_workbook(target.getvalue(), "月报.ods").sheets
    assert (sheet.name, sheet.rows) == ("表一", [["产妇 人数", 276.0]])


def test_a_vertical_tab_does_not_make_a_table_something_else() -> None:
    (sheet,) = read_workbook("产妇人数\x0b(人),276\n".encode(), "月报.csv").sheets
    assert sheet.rows[0][1] == "276"
