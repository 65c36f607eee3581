"""Finding, adding and colouring cells in a sheet's XML, in the order in which a spreadsheet keeps them."""

from __future__ import annotations

import re

from lxml import etree

from loaders.marks import letters, number
from loaders.package import Element, PackageError, local, tag

_PLACE = re.compile(r"([A-Z]{1,3})(\d+)$")


class Cells:
    """The cells of one sheet by (row, column), from 1; rows and cells that leave out where they stand are told."""

    def __init__(self, sheet: Element) -> None:
        data = sheet.find(tag("sheetData"))
        if data is None:
            raise PackageError("a sheet without cells")
        self._data: Element = data
        self._rows: dict[int, Element] = {}
        self._cells: dict[int, dict[int, Element]] = {}
        above = 0
        for row in data.findall(tag("row")):
            above = int(row.get("r") or above + 1)
            self._rows.setdefault(above, row)
        self._merges = _merges(sheet)
        self._columns = [
            (int(one.get("min") or 0), int(one.get("max") or 0), one.get("style"))
            for one in sheet.iterfind(f"{tag('cols')}/{tag('col')}")
            if one.get("style")
        ]

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """The cell that is seen at a place: the upper left one of its merge."""
        for top, left, bottom, right in self._merges:
            if top <= row <= bottom and left <= column <= right:
                return top, left
        return row, column

    def find(self, row: int, column: int) -> Element | None:
        """The cell, if the sheet has it."""
        return self._row_cells(row).get(column) if row in self._rows else None

    def get(self, row: int, column: int) -> Element:
        """The cell; made, empty, where the sheet has none."""
        cells = self._row_cells(row) if row in self._rows else self._add_row(row)
        if column not in cells:
            cell = etree.Element(tag("c"), r=f"{letters(column)}{row}")
            if style := self._rows[row].get("s") or self._column_style(column):
                cell.set("s", style)
            before = [one for place, one in sorted(cells.items()) if place < column]
            if before:
                before[-1].addnext(cell)
            else:
                self._rows[row].insert(0, cell)
            self._rows[row].attrib.pop("spans", None)
            cells[column] = cell
        return cells[column]

    def _column_style(self, column: int) -> str | None:
        return next((style for first, last, style in self._columns if first <= column <= last), None)

    def _row_cells(self, row: int) -> dict[int, Element]:
        if row not in self._cells:
            found: dict[int, Element] = {}
            before = 0
            for cell in self._rows[row].findall(tag("c")):
                place = _PLACE.match(cell.get("r") or "")
                before = number(place[1]) if place else before + 1
                found.setdefault(before, cell)
            self._cells[row] = found
        return self._cells[row]

    def _add_row(self, row: int) -> dict[int, Element]:
        node = etree.Element(tag("row"), r=str(row))
        above = [number for number in self._rows if number < row]
        if above:
            self._rows[max(above)].addnext(node)
        else:
            self._data.insert(0, node)
        self._rows[row] = node
        self._cells[row] = {}
        return self._cells[row]


def _merges(sheet: Element) -> list[tuple[int, int, int, int]]:
    found = []
    for node in sheet.iterfind(f"{tag('mergeCells')}/{tag('mergeCell')}"):
        first, _, last = (node.get("ref") or "").partition(":")
        one, other = _PLACE.match(first), _PLACE.match(last or first)
        if one and other:
            found.append((int(one[2]), number(one[1]), int(other[2]), number(other[1])))
    return found


# What follows legacyDrawing in a worksheet (ECMA-376 part 1, 18.3.1.99): it must be put before the first of these.
_AFTER_DRAWING = ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst")  # fmt: skip


def insert_legacy_drawing(sheet: Element, node: Element) -> None:
    """Put a legacyDrawing where the schema wants it."""
    following = next((one for one in sheet if local(one) in _AFTER_DRAWING), None)
    if following is None:
        sheet.append(node)
    else:
        following.addprevious(node)
