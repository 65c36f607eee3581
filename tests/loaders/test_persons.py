"""Personal identifiers are found in every disguise, named by cell, repeated nowhere; counts are never taken for them."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from dataclasses import asdict
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment

from loaders.forms import load_forms
from loaders.intake import Desk
from loaders.load import load_content
from loaders.persons import kind_of
from loaders.xlsx_parts import notes_of
from reference.registry import Registry
from store.database import Store
from tests.workbooks.containers import with_parts

# GB 11643-1999 prints this number as its own example (annex A): check digit X worked out there by hand.
PRINTED = "11010519491231002X"


def identity(area: str, born: str, serial: str) -> str:
    """A number with its check digit, by ISO 7064 MOD 11-2 as a running product: another way than the loader's weights."""
    remainder = 0
    for digit in area + born + serial:
        remainder = (remainder + int(digit)) * 2 % 11
    check = (12 - remainder) % 11
    return area + born + serial + ("X" if check == 10 else str(check))


numbers = st.builds(
    identity,
    st.sampled_from(["520102", "522301", "110105", "530424"]),
    st.dates(min_value=dt.date(1940, 1, 1), max_value=dt.date(2029, 12, 31)).map(
        lambda day: day.strftime("%Y%m%d")
    ),
    st.integers(0, 999).map(lambda serial: f"{serial:03d}"),
)


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


DISGUISES = {
    "plain": lambda number: number,
    "lower": str.lower,
    "full_width": full_width,
    "spaced": lambda number: f"{number[:6]} {number[6:14]} {number[14:]}",
    "dashed": lambda number: f"{number[:6]}-{number[6:14]}-{number[14:]}",
    "in_words": lambda number: f"产妇王某（身份证{number}）已转诊",
    "zero_width": lambda number: "\u200b".join(number),
    "labelled": lambda number: f"ID:{number};",
}


def test_the_printed_example() -> None:
    assert kind_of(PRINTED) == "id"
    assert identity(PRINTED[:6], PRINTED[6:14], PRINTED[14:17]) == PRINTED
    assert kind_of(PRINTED[:17] + "1") == ""


@pytest.mark.parametrize("disguise", DISGUISES)
@given(number=numbers)
def test_every_disguise_is_seen_through(disguise: str, number: str) -> None:
    assert kind_of(DISGUISES[disguise](number)) == "id"


@pytest.mark.parametrize(
    "text", ["13885012345", "+86 138 8501 2345", "138-8501-2345", "联系电话：１３８８５０１２３４５"]
)
def test_mobile_numbers(text: str) -> None:
    assert kind_of(text) == "phone"


@pytest.mark.parametrize(
    "text",
    [
        "0851-85512345",  # an office's fixed line
        "12520000429248121L",  # an institution's credit code
        "MCH520102",
        "2026年10月1日至2026年10月31日",
        "1,204",
        "20261031120000",
        "47117172X33050211G1001",  # an institution's number
        "110101199003070018x2",
    ],
)
def test_what_is_no_person(text: str) -> None:
    assert kind_of(text) == ""


@given(st.integers(0, 10**9))
def test_no_count_is_taken_for_a_person(count: int) -> None:
    assert kind_of(str(count)) == ""
    assert kind_of(f"{count:,}") == ""


def workbook(place: str, number: str) -> bytes:
    """A small workbook with a number in one place."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "县区妇幼健康月报"
    if place == "text":
        sheet["C7"] = number
    elif place == "number":
        sheet["C7"] = float(number.replace("X", "0"))
    elif place == "note":
        sheet["C7"] = 5
        sheet["C7"].comment = Comment(f"见{number}", "x")
    elif place == "sheet":
        sheet.title = number
    elif place == "hidden":
        hidden = book.create_sheet("隐藏")
        hidden["B2"], hidden.sheet_state = number, "hidden"
    elif place == "merged":
        sheet["C7"] = number
        sheet.merge_cells("C7:E9")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("place", ["text", "number", "note", "sheet", "hidden", "merged", "name"])
def test_the_file_is_refused_and_its_digits_are_nowhere(
    place: str, store: Store, registry: Registry, tmp_path: Path
) -> None:
    number = identity("520102", "19900307", "004")
    desk = Desk(registry, load_forms(registry))
    content = workbook(place, number)
    loaded = load_content(
        content, f"{number if place == 'name' else '月报'}.xlsx", desk, store, sender="test"
    )
    codes = {issue.code for issue in loaded.outcome.issues}
    assert codes & {"person_id", "person_id_in_note"}
    if place in ("text", "number", "merged"):
        assert [one.cell for one in loaded.outcome.issues if one.code == "person_id"] == ["C7"]
    said = json.dumps([asdict(issue) for issue in loaded.outcome.issues], ensure_ascii=False, default=str)
    assert not re.search(r"\d{9}", said)
    assert not re.search(r"\d{9}", loaded.outcome.name)
    assert loaded.receipt.outcome == "returned"
    assert not store.originals.path(loaded.receipt.sha256).exists()


def test_a_comment_is_looked_through_where_the_workbook_does_not_say_whose_it_is() -> None:
    content = workbook("note", identity("520102", "19900307", "004"))
    [told] = [one for one in notes_of(content) if one.cell]
    lost = with_parts(content, lambda name, part: None if name == "xl/_rels/workbook.xml.rels" else part)
    [found] = [one for one in notes_of(lost) if one.cell]
    assert told.sheet
    assert (found.sheet, found.cell, found.text) == ("", told.cell, told.text)


def test_what_stands_for_a_comments_cell_and_is_none_is_not_repeated() -> None:
    content = workbook("note", identity("520102", "19900307", "004"))
    odd = with_parts(content, lambda _, part: part.replace(b'ref="C7"', b'ref="13885012345"'))
    assert {one.cell for one in notes_of(odd)} == {""}
