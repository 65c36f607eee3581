"""A look inside an .xlsx before it is read: cells that the reader would lose in silence, and files that it cannot bear."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree

from loaders.limits import DEFAULT, Limits

_ROW = re.compile(rb"<row\b([^>]*)>(.*?)</row>", re.DOTALL)
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_NUMBER = re.compile(rb'\br="(\d+)"')
_FAR = re.compile(rb'<c r="([A-Z]{3})(\d+)"[^>/]*>')
_NEAR = re.compile(rb'<c r="([A-Z]{2})\d')
_PREFIX = re.compile(rb"<(\w+:)sheetData")
_NOTES = re.compile(r"xl/(?:comments|threadedComments)/?[^/]*\.xml$")
_ADDRESS = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_LAST_ROW = re.compile(rb'<c r="[A-Z]+(\d+)"[^>/]*>')


_FORMULAS = (b"<f>", b"<f ", b"<f/>")
MOST_LETTERS = 1_000  # beyond, the sheet is full of words, and looked through as a whole
MOST_REMEMBERED = 20_000  # bytes of a workbook's list of sheets that are remembered


@dataclass
class XlsxParts:
    """`kind`: xlsx, xlsb or ods. `broken`: sheet → cell → kind. `fault`: an issue code when the file must not be read."""

    broken: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    fault: str = ""
    sheet: str = ""
    cell: str = ""
    kind: str = "xlsx"
    unusual: bool = False  # lawful, and more than the first reader understands


_FAULTS = (
    zipfile.BadZipFile,
    LookupError,  # a part that is missing, an encoding that nobody knows
    zipfile.LargeZipFile,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zlib.error,
)
_USUAL = "xl/workbook.xml"
_KINDS = {_USUAL: "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
WORKBOOK_PARTS = frozenset(_KINDS)


def look_inside(content: bytes, limits: Limits = DEFAULT) -> XlsxParts:
    """Examine a zip container; anything but an .xlsx passes unexamined except for its unpacked size."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return XlsxParts(fault="damaged")
    names = {info.filename for info in infos}
    unpacked = sum(info.file_size for info in infos)
    if unpacked > limits.unpacked_megabytes * 1024**2 or len(infos) > limits.parts:
        return XlsxParts(fault="unpacks_too_large")
    if any(info.flag_bits & 1 for info in infos):
        return XlsxParts(fault="encrypted")
    kind = next((kind for part, kind in _KINDS.items() if part in names), "")
    main = _USUAL if kind else _main_part(archive)
    if not main:
        return XlsxParts(fault="wrong_type")
    if kind == "ods" and _sealed(archive):
        return XlsxParts(fault="encrypted")
    if kind not in ("xlsx", ""):
        return XlsxParts(kind=kind)
    try:
        parts = _examine(archive, _sheet_paths(archive, main), limits)
        parts.unusual |= not kind
        return parts
    except (*_FAULTS, ElementTree.ParseError):
        return XlsxParts(fault="damaged")


@dataclass(frozen=True)
class Note:
    """A comment on a cell; sheet and cell are '' where the file does not say them."""

    sheet: str
    cell: str
    text: str


def notes_of(content: bytes) -> tuple[Note, ...]:
    """All comments on cells of an .xlsx; none where they cannot be read."""
    if not content.startswith(b"PK") or b"omments" not in content:
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [name for name in archive.namelist() if _NOTES.match(name)]
            owners = _owners_if_told(archive) if parts else {}
            return tuple(one for part in parts for one in _notes(_parse(archive, part), owners.get(part, "")))
    except (*_FAULTS, ElementTree.ParseError):
        return ()


def _notes(root: ElementTree.Element, sheet: str) -> Iterator[Note]:
    """The comments of one part, and whatever else it says in words (its authors)."""
    for node in root.iter():
        kind = node.tag.rpartition("}")[2]
        if kind in ("comment", "threadedComment"):
            cell = node.get("ref", "")
            yield Note(sheet, cell if _ADDRESS.fullmatch(cell) else "", "".join(node.itertext()))
        elif kind == "author":
            yield Note(sheet, "", node.text or "")


def _owners_if_told(archive: zipfile.ZipFile) -> dict[str, str]:
    """As _owners; nothing where the workbook's own list is damaged: its comments are looked through all the same."""
    try:
        return _owners(archive)
    except (*_FAULTS, ElementTree.ParseError):
        return {}


def _owners(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part with comments → the sheet it belongs to, as far as the workbook says it."""
    found: dict[str, str] = {}
    main = _USUAL if _USUAL in archive.namelist() else _main_part(archive)
    for sheet, path in (_sheet_paths(archive, main) if main else {}).items():
        folder, _, name = path.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in archive.namelist():
            continue
        for node in _parse(archive, relations):
            target = node.get("Target", "")
            found[posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")] = sheet
    return found


def _sealed(archive: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument says that its content is encrypted."""
    try:
        return b"manifest:encryption-data" in archive.read("META-INF/manifest.xml")
    except _FAULTS:
        return False


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return _parsed(archive.read(name))


def _parsed(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise ValueError("a document type declaration has no place in a workbook")
    return ElementTree.fromstring(content)  # noqa: S314 - no entities can be declared: refused just above


def _main_part(archive: zipfile.ZipFile) -> str:
    """The part that a container names as its workbook, where that is not the usual one; '' when it is no workbook."""
    try:
        for node in _parse(archive, "_rels/.rels"):
            target = node.get("Target", "").lstrip("/")
            if node.get("Type", "").endswith("/officeDocument") and target in archive.namelist():
                root = _parse(archive, target).tag
                return target if root.endswith("}workbook") else ""
    except (*_FAULTS, ElementTree.ParseError):
        pass
    return ""


def _sheet_paths(archive: zipfile.ZipFile, main: str) -> dict[str, str]:
    """Sheet name → the part that holds it."""
    folder, _, name = main.rpartition("/")
    folder = f"{folder}/" if folder else ""
    named, stated = archive.read(f"{folder}_rels/{name}.rels"), archive.read(main)
    find = _paths if len(named) + len(stated) <= MOST_REMEMBERED else _paths.__wrapped__
    return find(folder, named, stated)


@lru_cache(maxsize=256)
def _paths(folder: str, named: bytes, stated: bytes) -> dict[str, str]:
    """The same from the two parts that say so: workbooks of one template hold the very same bytes there."""
    relations = {node.get("Id"): node.get("Target", "") for node in _parsed(named)}
    paths: dict[str, str] = {}
    for node in _parsed(stated).iter():
        if node.tag.rpartition("}")[2] != "sheet":
            continue
        relation = next((value for key, value in node.attrib.items() if key.endswith("}id")), None)
        target = relations.get(relation) or ""
        paths[node.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"{folder}{target}"
    return paths


def _examine(archive: zipfile.ZipFile, paths: dict[str, str], limits: Limits) -> XlsxParts:
    parts = XlsxParts()
    held = set(archive.namelist())
    if len(paths) > limits.sheets:
        return XlsxParts(fault="unpacks_too_large")
    for sheet, path in paths.items():
        if path not in held:
            continue
        xml = archive.read(path)
        if xml[:2] in (b"\xff\xfe", b"\xfe\xff"):
            # Lawful, and taken for an empty sheet by the first reader.
            xml, parts.unusual = xml.decode("utf-16").encode(), True
        xml = _without_prefix(xml)
        if b"<!DOCTYPE" in xml[:4096]:
            return XlsxParts(fault="damaged", sheet=sheet)
        if far := _too_far(xml, limits):
            return XlsxParts(fault="too_large", sheet=sheet, cell=far)
        parts.broken[sheet] = _broken(xml)
    return parts


def _without_prefix(xml: bytes) -> bytes:
    """A sheet whose elements carry a namespace prefix (x:row), as some programs write it, without it."""
    found = None if b"<sheetData" in xml else _PREFIX.search(xml)
    return xml.replace(b"<" + found[1], b"<").replace(b"</" + found[1], b"</") if found else xml


def _too_far(xml: bytes, limits: Limits) -> str:
    """The address of the cell that spans more area than a workbook of people has, else ''."""
    rows = max(map(int, _LAST_ROW.findall(xml[-4000:])), default=1)
    widest, where = 0, ""
    for letters, row in _FAR.findall(xml):
        column = _column(letters) + 1
        if column > widest:
            widest, where = column, f"{letters.decode()}{row.decode()}"
    if not where and rows > limits.cells // 702:
        # No cell lies beyond ZZ, but the sheet is long: now its width matters, and is worth a full search.
        widest = max((_column(letters) + 1 for letters in set(_NEAR.findall(xml))), default=26)
    return "" if limits.area_allowed(rows, widest) else where or f"A{rows}"


def _broken(xml: bytes) -> dict[tuple[int, int], str]:
    """Error cells and formulas that were never calculated."""
    if b't="e"' not in xml and not _has_formulas(xml):
        return {}
    broken: dict[tuple[int, int], str] = {}
    above = -1
    for attributes, inside in _ROW.findall(xml):
        # Rows and cells may leave out where they stand: then each follows the one before it.
        number = _NUMBER.search(attributes)
        above = int(number[1]) - 1 if number else above + 1
        before = -1
        for cell, inner in _CELL.findall(inside):
            place = _PLACE.search(cell)
            before = _column(place[1]) if place else before + 1
            if kind := _kind(cell, inner):
                broken[above, before] = kind
    return broken


def _has_formulas(xml: bytes) -> bool:
    """Whether a sheet has the element `f`. Its letter is rare in a sheet, and far sooner found than `<f` would be."""
    if xml.count(b"f") > MOST_LETTERS:
        return any(one in xml for one in _FORMULAS)
    at = xml.find(b"f")
    while at >= 0:
        if xml.startswith(_FORMULAS, max(0, at - 1)):
            return True
        at = xml.find(b"f", at + 1)
    return False


def _kind(attributes: bytes, inner: bytes) -> str:
    """What is wrong with a cell, if anything; a formula whose result is empty text is a result too (t="str")."""
    if b't="e"' in attributes:
        return "error_value"
    if b"<f" not in inner:
        return ""
    calculated = b't="str"' in attributes or re.search(rb"<v[^>]*>[^<]+</", inner)
    return "" if calculated else "formula_without_value"


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
