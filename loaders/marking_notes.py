"""Comments on marked cells, in the form that every version of Excel and WPS shows; comments of the sender's own stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from loaders.marking_cells import insert_legacy_drawing
from loaders.marks import OPENING, Mark, number
from loaders.package import MAIN, OFFICE, Element, Package, local, tag

AUTHOR = "MCH"
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_EMPTY_VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    "</o:shapelayout></xml>"
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = re.compile(r"<v:shape\b(?:(?!</v:shape>).)*?</v:shape>", re.DOTALL)
_OURS = re.compile(r"<x:Row>\s*(\d+)\s*</x:Row>\s*<x:Column>\s*(\d+)\s*</x:Column>")
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)$")


class Notes:
    """The comments of one sheet."""

    def __init__(self, package: Package, part: str) -> None:
        self._package, self._part = package, part
        related = list(package.relations(part))
        self._comments = next((path for _, kind, path in related if kind == "comments"), "")
        self._threaded = any(kind == "threadedComment" for _, kind, _ in related)
        drawing = package.root(part).find(tag("legacyDrawing"))
        key = drawing.get(f"{{{OFFICE}}}id") if drawing is not None else None
        self._drawing = next((path for one, _, path in related if one == key), "") if key else ""

    def remove_ours(self) -> set[str]:
        """Take our part out of every comment; a comment that was ours alone goes, and its shape with it.

        Gives the cells that had a part of ours.
        """
        if not self._comments or self._comments not in self._package.parts:
            return set()
        ours, gone = set(), []
        for comment in self._package.root(self._comments).iter(tag("comment")):
            text = comment.find(tag("text"))
            if text is None or OPENING not in "".join(text.itertext()):
                continue
            ours.add(comment.get("ref") or "")
            if _cut(text):
                gone.append(comment)
        for comment in gone:
            comment.getparent().remove(comment)
        self._remove_shapes(comment.get("ref") or "" for comment in gone)
        return ours

    def add(self, marks: Iterable[Mark]) -> None:
        """Put each mark's note on its cell, after what the sender wrote there."""
        wanted = list(marks)
        if not wanted:
            return
        if not self._comments:
            self._begin()
        root = self._package.root(self._comments)
        authors, held = root.find(tag("authors")), root.find(tag("commentList"))
        if authors is None or held is None:
            return
        author = _author(authors)
        known = {comment.get("ref"): comment for comment in held.findall(tag("comment"))}
        fresh = []
        for mark in wanted:
            comment = known.get(mark.address)
            if comment is None:
                comment = etree.SubElement(held, tag("comment"), ref=mark.address, authorId=str(author))
                etree.SubElement(comment, tag("text"))
                fresh.append(mark)
            elif self._threaded:
                continue  # shown as a conversation: what is written beside it would not be seen
            text = comment.find(tag("text"))
            if text is None:
                text = etree.SubElement(comment, tag("text"))
            _append(text, mark.note)
        self._sort(held)
        self._add_shapes(fresh)

    def _begin(self) -> None:
        root = etree.Element(tag("comments"), nsmap={None: MAIN})
        etree.SubElement(root, tag("authors"))
        etree.SubElement(root, tag("commentList"))
        self._comments = self._package.free("xl/commentsMch", ".xml")
        self._package.put(self._comments, etree.tostring(root), _COMMENTS)
        self._package.relate(self._part, "comments", self._comments)

    @staticmethod
    def _sort(held: Element) -> None:
        def order(comment: Element) -> tuple[int, int]:
            place = _PLACE.match(comment.get("ref") or "")
            return (int(place[2]), number(place[1])) if place else (0, 0)

        held[:] = sorted(held.findall(tag("comment")), key=order)

    def _add_shapes(self, marks: list[Mark]) -> None:
        """The boxes of new comments. The drawing is patched as text: what Excel writes there is not always XML."""
        if not marks:
            return
        if not self._drawing:
            self._drawing = self._package.free("xl/drawings/vmlDrawingMch", ".vml")
            self._package.put(self._drawing, _EMPTY_VML.encode())
            self._package.default_type("vml", _VML)
            key = self._package.relate(self._part, "vmlDrawing", self._drawing)
            node = etree.Element(tag("legacyDrawing"))
            node.set(f"{{{OFFICE}}}id", key)
            insert_legacy_drawing(self._package.root(self._part), node)
        text = self._package.parts.get(self._drawing, _EMPTY_VML.encode()).decode("utf-8", "surrogateescape")
        begin = "" if "_x0000_t202" in text else _SHAPE_TYPE
        last = max(map(int, re.findall(r"_x0000_s(\d+)", text)), default=1024)
        boxes = "".join(_box(mark, last + offset) for offset, mark in enumerate(marks, 1))
        head, end, tail = text.rpartition("</xml>")
        if end:
            self._package.parts[self._drawing] = f"{head}{begin}{boxes}{end}{tail}".encode(
                "utf-8", "surrogateescape"
            )

    def _remove_shapes(self, references: Iterable[str]) -> None:
        places = set()
        for reference in references:
            if place := _PLACE.match(reference):
                places.add((int(place[2]) - 1, number(place[1]) - 1))
        if not places or self._drawing not in self._package.parts:
            return
        text = self._package.parts[self._drawing].decode("utf-8", "surrogateescape")

        def kept(shape: re.Match[str]) -> str:
            where = _OURS.search(shape[0])
            return "" if where and (int(where[1]), int(where[2])) in places else shape[0]

        self._package.parts[self._drawing] = _SHAPE.sub(kept, text).encode("utf-8", "surrogateescape")


def _author(authors: Element) -> int:
    names = [node.text for node in authors.findall(tag("author"))]
    if AUTHOR not in names:
        etree.SubElement(authors, tag("author")).text = AUTHOR
        names.append(AUTHOR)
    return names.index(AUTHOR)


def _append(text: Element, note: str) -> None:
    """Add our run; plain text of the sender's becomes a run of its own, which shows the same."""
    said = "".join(text.itertext())
    plain = text.find(tag("t"))
    if plain is not None:
        text.remove(plain)
        run = etree.Element(tag("r"))
        run.append(plain)
        text.insert(0, run)
    run = etree.SubElement(text, tag("r"))
    node = etree.SubElement(run, tag("t"))
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    node.text = f"{chr(10) if said else ''}{OPENING}{note}"


def _cut(text: Element) -> bool:
    """Remove everything from our opening on; whether nothing of the sender's is left."""
    ours = False
    for node in list(text):
        if local(node) not in ("r", "t"):
            continue
        holder = node if local(node) == "t" else node.find(tag("t"))
        said = (holder.text or "") if holder is not None else ""
        if ours:
            text.remove(node)
        elif OPENING in said:
            ours = True
            before = said.partition(OPENING)[0].removesuffix("\n")
            if before and holder is not None:
                holder.text = before
            else:
                text.remove(node)
    return ours and not "".join(text.itertext()).strip()


def _box(mark: Mark, shape: int) -> str:
    """A hidden box beside the cell, large enough for its text."""
    lines = sum(1 + len(line) // 22 for line in f"{OPENING}{mark.note}".split("\n"))
    column, row, height = mark.column, max(0, mark.row - 2), min(30, 2 + lines)
    return (
        f'<v:shape id="_x0000_s{shape}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:1.5pt;'
        f'width:220pt;height:{15 * height}pt;z-index:{shape};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
        '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{column}, 15, {row}, 4, {column + 4}, 15, {row + height}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{mark.row - 1}</x:Row><x:Column>{mark.column - 1}</x:Column></x:ClientData></v:shape>"
    )
