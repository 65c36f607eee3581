"""What a file may carry besides its numbers: entities, links, macros, other files in front, paths for names, cases of people."""

from __future__ import annotations

import datetime as dt
import io
import socket
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from loaders.files import find_jobs
from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.load import load_content, load_jobs
from loaders.workbook import WorkbookError, read_workbook
from reference.registry import Registry
from store.database import Store
from store.schema import metadata
from tests.loaders.test_cases import FORM, listed
from tests.loaders.test_readers import SHEET, archive_of, base, patched

STRINGS = "xl/sharedStrings.xml"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
TEXT = b"<t>&x;</t>"


@pytest.fixture(scope="module")
def desk(registry: Registry) -> Desk:
    return Desk(registry, load_forms(registry), dt.date(2026, 11, 20))


def with_entity(part: str, declared: str) -> bytes:
    """The part declares something and uses it in its first text."""
    return patched(
        part,
        lambda content: (
            f"<!DOCTYPE x [{declared}]>".encode() + content.replace("<t>甲</t>".encode(), TEXT, 1)
        ),
    )


@pytest.mark.parametrize("careful", [False, True])
@pytest.mark.parametrize("part", [SHEET, STRINGS])
def test_entities_are_never_filled_in_and_nothing_is_fetched(
    part: str, careful: bool, tmp_path: Path
) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-7654321", encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x.dtd"
        for declared in (
            f'<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l9;">',
            f'<!ENTITY a "{"a" * 50_000}"><!ENTITY x "{"&a;" * 100}">',  # below what the parser's own rule stops
            f'<!ENTITY x SYSTEM "{canary.as_uri()}">',
            f'<!ENTITY x SYSTEM "{address}">',
            f'<!ENTITY % far SYSTEM "{address}">%far;<!ENTITY x "y">',
        ):
            try:
                sheets = read_workbook(with_entity(part, declared), "x.xlsx", careful=careful).sheets
            except WorkbookError:
                continue
            text = str([sheet.rows for sheet in sheets])
            assert "canary" not in text
            assert len(text) < 10_000, declared[:80]
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize("front", [b"<html><script>alert(1)</script>", b"%PDF-1.4\n", b"GIF89a", b"MZ"])
def test_a_workbook_behind_another_file_is_no_workbook(front: bytes) -> None:
    with pytest.raises(WorkbookError) as refused:
        read_workbook(front + base(), "月报.xlsx")
    assert refused.value.issue.code in {"markup_as_spreadsheet", "wrong_type"}


def test_links_macros_and_commands_are_carried_and_never_followed() -> None:
    """A DDE link, a macro, a query and formulas that would run something: their cached numbers are numbers, and that is all."""
    acts = b"<f>cmd|'/C calc'!A0</f><v>7</v>"
    content = patched(
        SHEET,
        lambda sheet: sheet.replace(b"<f>A2+1</f><v></v>", acts).replace(b"<f>A2+1</f><v />", acts),
        {
            "xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/C calc"/></externalLink>',
            "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Shell",
            "xl/connections.xml": b'<connections><connection url="http://127.0.0.1:9/"/></connections>',
        },
    )
    assert b"cmd|" in zipfile.ZipFile(io.BytesIO(content)).read(SHEET)
    for careful in (False, True):
        (sheet,) = read_workbook(content, "月报.xlsm", careful=careful).sheets
        assert sheet.rows[2][1] == 7
        assert "cmd" not in str(sheet.rows) + str(sheet.broken)


def test_a_name_that_climbs_out_of_an_archive_writes_nothing_anywhere(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    home = tmp_path / "a" / "b" / "sent"
    home.mkdir(parents=True)
    packed = home / "packed.zip"
    names = ("../../../climbed.xlsx", "/tmp/mch-climbed.xlsx", "..\\..\\climbed.xlsx", "C:\\climbed.csv")
    packed.write_bytes(archive_of(dict.fromkeys(names, base())))
    loaded = list(load_jobs(find_jobs([packed], desk.limits), desk, store, sender="x"))
    assert len(loaded) == len(names)
    written = [
        one for one in (*tmp_path.rglob("*"), *Path("/tmp").glob("*climbed*")) if "climbed" in one.name
    ]
    assert written == []
    kept = [one for one in store.originals.folder.rglob("*") if one.is_file()]
    assert {len(one.name) for one in kept} == {64}


def test_of_cases_nothing_is_kept_in_the_database_but_counts(desk: Desk, store: Store) -> None:
    """What a hospital calls a case, however it made the number, could lead back to a woman: it is nowhere."""
    marks = [f"ZYH{number:07d}" for number in (3141592, 6535897)]
    content = listed(desk, *({"case_number": mark} for mark in marks))
    loaded = load_content(content, "x.xlsx", desk, store, sender="x")
    assert loaded.receipt.outcome.startswith("accepted")
    assert [one.form for one in loaded.outcome.recognised] == [FORM]
    with store.reading() as connection:
        held = {
            name: repr(connection.execute(select(table)).all()) for name, table in metadata.tables.items()
        }
    assert "listed_severe_cases" in held["data_element"]
    assert [name for name, text in held.items() for mark in marks if mark in text] == []
