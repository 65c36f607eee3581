"""A workbook being marked: its cells, its list of issues in front, and what an earlier return left in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loaders.issue_list import (
    CODE,
    FILL,
    FIRST,
    MOST_LISTED,
    NAMES,
    ListStyles,
    Row,
    first_cell,
    list_xml,
    read_fills,
    written_fills,
)
from loaders.issues import Issue
from loaders.limits import Limits
from loaders.marking_cells import Cells
from loaders.marking_notes import Notes
from loaders.marking_styles import Styles
from loaders.marks import COLOURS, MOST_MARKED, TOKEN, Mark, address, by_cell, marks_of, places
from loaders.package import OFFICE, Element, Package, local, tag
from loaders.tidy import text_of

UNSIGNED = {
    "zh": "原件的数字签名在标注后不再有效，已去掉；原件本身没有改动。",
    "en": "The file's digital signature does not hold for a marked copy and was left out; the file itself is unchanged.",
}
TOO_MANY = {
    "zh": "问题很多：这里只列前{listed}条，只标注前{marked}个单元格；改好后再传，会看到其余的。",
    "en": "There are many issues: the first {listed} are listed and the first {marked} cells marked; send it again to see the rest.",
}
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def mark(
    content: bytes, issues: Sequence[Issue], language: str, limits: Limits, notes: Sequence[str] = ()
) -> bytes:
    """Mark the faults of an .xlsx; `notes` are said above the list. Raises PackageError for what cannot be changed in parts."""
    package = Package(content, limits)
    book = Book(package)
    book.remove_earlier_marks()
    told = [*notes, *([UNSIGNED[language]] if book.drop_signatures() else ())]
    listed = _by_place(issues)[:MOST_LISTED]
    marked = dict(list(by_cell(listed).items())[:MOST_MARKED])
    if len(listed) < len(issues) or len(marked) < len(by_cell(issues)):
        told.append(TOO_MANY[language].format(listed=len(listed), marked=len(marked)))
    before: dict[tuple[str, str], str] = {}
    for sheet, part in book.sheets():
        marks = marks_of(marked, sheet, language)
        if marks:
            before |= {(sheet, place): fill for place, fill in book.mark(part, marks).items()}
    book.put_list(listed, before, language, _headline(issues, language, told))
    return package.content()


class Book:
    """The workbook part and what belongs to it."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._root = package.root("xl/workbook.xml")
        self._styles = Styles(package)

    def sheets(self) -> list[tuple[str, str]]:
        """(name, part) of every worksheet, in order."""
        parts = {
            key: path for key, kind, path in self._package.relations("xl/workbook.xml") if kind == "worksheet"
        }
        return [
            (node.get("name") or "", parts[node.get(f"{{{OFFICE}}}id")])
            for node in self._root.iterfind(f"{tag('sheets')}/{tag('sheet')}")
            if parts.get(node.get(f"{{{OFFICE}}}id")) in self._package.parts
        ]

    def mark(self, part: str, marks: Sequence[Mark]) -> dict[str, str]:
        """Colour and comment cells; gives the fill that each had, by the places that the marks name."""
        cells = Cells(self._package.root(part))
        before: dict[str, str] = {}
        placed: dict[tuple[int, int], Mark] = {}
        for mark in marks:
            row, column = cells.anchor(mark.row, mark.column)
            seen = placed.get((row, column))
            note = f"{seen.note}\n{mark.note}" if seen else mark.note
            worst = "error" if "error" in (mark.severity, seen.severity if seen else "") else mark.severity
            placed[row, column] = Mark(row, column, worst, note)
        for (row, column), mark in placed.items():
            cell = cells.get(row, column)
            style = int(cell.get("s") or 0)
            before[mark.address] = self._styles.fill_of(style)
            cell.set("s", str(self._styles.marked(style, mark.severity)))
        Notes(self._package, part).add(placed.values())
        seen_at = {mark.address: placed[cells.anchor(mark.row, mark.column)].address for mark in marks}
        return {place: before[anchor] for place, anchor in seen_at.items()}

    def remove_earlier_marks(self) -> None:
        """Undo what an earlier return of ours did to the workbook."""
        fills: dict[str, dict[str, str]] = {}
        for name, part in self.sheets():
            if _begins_with_token(self._package.root(part), self._package):
                for sheet, cell, kept in _fills_listed(self._package.root(part), self._package):
                    fills.setdefault(sheet, {}).update(
                        dict.fromkeys(map(address, places(cell)), "") | read_fills(kept)
                    )
                self._drop_sheet(name, part)
        for name, part in self.sheets():
            # A cell that has been moved, or whose row of the list is gone, is known by our comment.
            ours, listed = Notes(self._package, part).remove_ours(), fills.get(name, {})
            if ours or listed:
                unlisted = dict.fromkeys(ours - listed.keys(), "")
                self._restore(Cells(self._package.root(part)), {**listed, **unlisted})

    def _restore(self, cells: Cells, fills: Mapping[str, str]) -> None:
        done: set[tuple[int, int]] = set()
        for cell, fill in fills.items():
            for anchor in (cells.anchor(*place) for place in places(cell)):
                node = cells.find(*anchor)
                style = int(node.get("s") or 0) if node is not None else 0
                if node is not None and anchor not in done and self._styles.is_marked(style):
                    node.set("s", str(self._styles.restored(style, fill)))
                    done.add(anchor)

    def _drop_sheet(self, name: str, part: str) -> None:
        sheets = self._root.find(tag("sheets"))
        position = next(at for at, node in enumerate(sheets) if node.get("name") == name)
        sheets.remove(sheets[position])
        self._package.unrelate("xl/workbook.xml", part)
        self._package.drop(part)
        self._shift_names(position, -1)
        self._activate(0)

    def _shift_names(self, position: int, by: int) -> None:
        """Names that belong to one sheet say which by its position: those behind the change move."""
        names = self._root.find(tag("definedNames"))
        for node in list(names) if names is not None else ():
            number = node.get("localSheetId")
            if number is None:
                continue
            if by < 0 and int(number) == position:
                names.remove(node)
            elif int(number) >= position:
                node.set("localSheetId", str(int(number) + by))
        if names is not None and len(names) == 0:
            self._root.remove(names)

    def _activate(self, position: int) -> None:
        for node in self._root.iterfind(f"{tag('bookViews')}/{tag('workbookView')}"):
            node.set("activeTab", str(position))
            node.attrib.pop("firstSheet", None)

    def put_list(
        self,
        issues: Sequence[Issue],
        before: Mapping[tuple[str, str], str],
        language: str,
        headline: Sequence[str],
    ) -> None:
        """Put the list of issues in front of all sheets."""
        names = {name for name, _ in self.sheets()}
        rows = [_row(issue, names, before) for issue in issues]
        part = self._package.free("xl/worksheets/sheetMch", ".xml")
        content = list_xml(rows, headline, self._list_styles(), language)
        for _, other in self.sheets():
            for view in self._package.root(other).iter(tag("sheetView")):
                view.attrib.pop("tabSelected", None)  # two selected sheets would be edited together
        self._package.put(part, content, _SHEET)
        sheets = self._root.find(tag("sheets"))
        node = sheets.makeelement(tag("sheet"), {}, nsmap=None)
        taken = {one.get("name", "").casefold() for one in sheets}
        node.set("name", _free_name(NAMES[language], taken))
        node.set("sheetId", str(1 + max((int(one.get("sheetId") or 0) for one in sheets), default=0)))
        node.set(f"{{{OFFICE}}}id", self._package.relate("xl/workbook.xml", "worksheet", part))
        self._shift_names(0, 1)
        sheets.insert(0, node)
        self._activate(0)

    def _list_styles(self) -> ListStyles:
        add = self._styles.add
        return ListStyles(
            plain=add('<sz val="10"/>'),
            title=add('<b/><sz val="11"/>', wrap=False),
            heading=add('<b/><sz val="10"/>', "FFE8EEF4"),
            link=add('<u/><sz val="10"/><color rgb="FF1F5FA8"/>'),
            error=add('<sz val="10"/>', COLOURS["error"]),
            warning=add('<sz val="10"/>', COLOURS["warning"]),
            answer=add('<sz val="10"/>', "FFF3F8EE"),
        )

    def drop_signatures(self) -> bool:
        """A signature of the unmarked workbook would only be called broken; whether there was one."""
        signed = [name for name in self._package.parts if name.startswith("_xmlsignatures/")]
        for name in signed:
            self._package.unrelate("", name)
            self._package.drop(name)
        return bool(signed)


def _row(issue: Issue, names: set[str], before: Mapping[tuple[str, str], str]) -> Row:
    cell = first_cell(issue.cell) if issue.sheet in names else ""
    fills = {place: before.get((issue.sheet, place), "") for place in map(address, places(issue.cell))}
    return Row(issue, issue.sheet, cell, written_fills(fills))


def _by_place(issues: Sequence[Issue]) -> list[Issue]:
    """Issues of the whole file first, then errors before warnings, each in the order in which they were found."""
    return sorted(issues, key=lambda one: (bool(one.cell), one.severity != "error"))


def _headline(issues: Sequence[Issue], language: str, notes: Sequence[str]) -> list[str]:
    errors = sum(issue.severity == "error" for issue in issues)
    warnings = len(issues) - errors
    if language == "zh":
        what = f"共{errors}处须改、{warnings}处请核对。有“须改”的文件没有入库。"
        do = "点“单元格”跳到出错处（红底须改，黄底请核对，批注里写着怎么改）；改好后保存，直接上传本文件即可，本页不用删。"
    else:
        what = (
            f"{errors} to correct, {warnings} to check. A file with anything to correct has not been saved."
        )
        do = "Follow the link to the cell (red: correct, amber: check; its comment says how), save, and send this very file again; this page may stay."
    return [what, *([" ".join(notes)] if notes else ()), do]


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name.casefold() in taken:
        name, number = f"{wanted} ({number})", number + 1
    return name


def _begins_with_token(sheet: Element, package: Package) -> bool:
    cell = Cells(sheet).find(1, CODE)
    return cell is not None and _shown(cell, package) == TOKEN


def _shown(cell: Element, package: Package) -> str:
    """A cell's text, wherever the program that saved it put it."""
    if cell.get("t") == "s":
        value = cell.findtext(tag("v")) or ""
        strings = next(
            (path for _, kind, path in package.relations("xl/workbook.xml") if kind == "sharedStrings"), ""
        )
        items = package.root(strings).findall(tag("si")) if strings in package.parts else []
        return "".join(items[int(value)].itertext()) if value.isdecimal() and int(value) < len(items) else ""
    return "".join(node.text or "" for node in cell.iter() if local(node) in ("t", "v"))


def _fills_listed(sheet: Element, package: Package) -> list[tuple[str, str, str]]:
    """(sheet, cell, fill before) of each issue of an earlier list."""
    cells, found = Cells(sheet), []
    for row in range(FIRST, FIRST + sum(1 for _ in sheet.iter(tag("row")))):
        shown = [cells.find(row, column) for column in (2, 3, FILL)]
        where, cell, fill = (_shown(one, package) if one is not None else "" for one in shown)
        if where and cell:
            found.append((text_of(where), text_of(cell), fill))
    return found
