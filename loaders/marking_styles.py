"""Colours of marked cells: each cell keeps its own number format, font and border, only the fill changes."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from loaders.marks import COLOURS
from loaders.package import MAIN, Element, Package, PackageError, parse, tag

_MINIMAL = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)
NO_FILL = 0  # by rule the first fill of every workbook
_STYLES = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


class Styles:
    """The workbook's styles, to which a few are added."""

    def __init__(self, package: Package) -> None:
        named = next((path for _, kind, path in package.relations("xl/workbook.xml") if kind == "styles"), "")
        part = named or "xl/styles.xml"  # some programs look for the styles there only
        if part not in package.parts:
            package.put(part, _MINIMAL.encode(), _STYLES)
            if not named:
                package.relate("xl/workbook.xml", "styles", part)
        self._root = package.root(part)
        self._fills = self._group("fills")
        self._cells = self._group("cellXfs")
        self._marked: dict[tuple[int, str], int] = {}

    def _group(self, name: str) -> Element:
        found = self._root.find(tag(name))
        if found is None:
            raise PackageError(f"the styles have no {name}")
        return found

    def marked(self, style: int, severity: str) -> int:
        """The style like `style`, filled with the colour of a severity."""
        key = (style, severity)
        if key not in self._marked:
            self._marked[key] = self._with_fill(style, self._fill(_solid(COLOURS[severity])))
        return self._marked[key]

    def fill_of(self, style: int) -> str:
        """The fill of a style as XML, for giving it back later; '' for none."""
        number = int(self._cell(style).get("fillId", "0"))
        fills = self._fills.findall(tag("fill"))
        return _plain(fills[number]).decode() if 0 < number < len(fills) else ""

    def is_marked(self, style: int) -> bool:
        """Whether a style's fill is one of ours."""
        fill = self.fill_of(style)
        return any(f'rgb="{colour}"' in fill for colour in COLOURS.values())

    def restored(self, style: int, fill: str) -> int:
        """The style like `style`, with the fill it had before it was marked."""
        key = (style, fill)
        if key not in self._marked:
            node = _read_fill(fill)
            self._marked[key] = self._with_fill(style, NO_FILL if node is None else self._fill(node))
        return self._marked[key]

    def add(self, font: str = "", fill: str = "", wrap: bool = True) -> int:
        """A style of our own for the list: `font` is the inside of a font element, `fill` a colour."""
        xf = parse(f'<xf xmlns="{MAIN}" numFmtId="0" borderId="0" xfId="0" applyAlignment="1"/>'.encode())
        xf.set("fontId", str(self._font(font)))
        xf.set("fillId", str(self._fill(_solid(fill)) if fill else 0))
        etree.SubElement(xf, tag("alignment"), vertical="top", wrapText="1" if wrap else "0")
        return _number_of(self._cells, xf)

    def _font(self, inside: str) -> int:
        font = parse(f'<font xmlns="{MAIN}">{inside}<name val="Microsoft YaHei"/></font>'.encode())
        return _number_of(self._group("fonts"), font)

    def _fill(self, node: Element) -> int:
        return _number_of(self._fills, node)

    def _with_fill(self, style: int, fill: int) -> int:
        copy = deepcopy(self._cell(style))
        copy.set("fillId", str(fill))
        copy.set("applyFill", "1")
        return _number_of(self._cells, copy)

    def _cell(self, style: int) -> Element:
        cells = self._cells.findall(tag("xf"))
        if not cells:
            raise PackageError("the styles have no cell style")
        return cells[style] if 0 <= style < len(cells) else cells[0]


def _number_of(group: Element, node: Element) -> int:
    """A node's place in its group; added where the group has none like it, so that marking again adds nothing."""
    wanted = _plain(node)
    held = [one for one in group if isinstance(one.tag, str)]
    for number, one in enumerate(held):
        if one.tag == node.tag and _plain(one) == wanted:
            return number
    group.append(node)
    group.set("count", str(len(held) + 1))
    return len(held)


def _plain(node: Element) -> bytes:
    """The node's XML without namespaces of the part that it does not use."""
    return bytes(etree.tostring(node, method="c14n", exclusive=True))


def _solid(colour: str) -> Element:
    fill = f'<fill xmlns="{MAIN}"><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor indexed="64"/></patternFill></fill>'
    return parse(fill.encode())


def _read_fill(text: str) -> Element | None:
    """The fill that a list of ours kept; None where it is empty or somebody has changed it."""
    try:
        node = parse(text.encode()) if text else None
    except PackageError:
        return None
    return node if node is not None and node.tag == tag("fill") else None
