"""The parts of an .xlsx, changed one by one: what is not touched stays byte for byte what the sender saved."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from loaders.limits import Limits

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

Element: TypeAlias = Any  # lxml brings no types


class PackageError(Exception):
    """The container is not one that can be changed part by part."""


def parse(content: bytes) -> Element:
    """Parse a part; nothing is fetched and no entity is followed. Raises PackageError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise PackageError("a part is no XML") from None
    if root.getroottree().docinfo.doctype:
        raise PackageError("a part declares a document type")
    return root


def serial(root: Element) -> bytes:
    """A part's bytes."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def tag(name: str) -> str:
    """A name of the spreadsheet's own namespace."""
    return f"{{{MAIN}}}{name}"


def local(node: Element) -> str:
    """A node's name without its namespace; '' for comments."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


class Package:
    """All parts, by name. Parsed parts are written back when `content()` is asked for."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                infos = archive.infolist()
                if sum(one.file_size for one in infos) > limits.unpacked_megabytes * 1024**2:
                    raise PackageError("too large")
                self.parts = {one.filename: archive.read(one) for one in infos if not one.is_dir()}
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, KeyError):
            raise PackageError("no readable container") from None
        self._parsed: dict[str, Element] = {}
        if "xl/workbook.xml" not in self.parts:
            raise PackageError("no workbook of this kind")
        if self.root("xl/workbook.xml").tag != tag("workbook"):
            raise PackageError("a strict workbook")

    def root(self, part: str) -> Element:
        """A part's tree, which may be changed in place."""
        if part not in self._parsed:
            if part not in self.parts:
                raise PackageError(f"{part} is missing")
            self._parsed[part] = parse(self.parts[part])
        return self._parsed[part]

    def put(self, part: str, content: bytes, content_type: str = "") -> None:
        """Add or replace a part."""
        self.parts[part] = content
        self._parsed.pop(part, None)
        if content_type:
            types = self.root("[Content_Types].xml")
            for old in types.findall(f"{{{TYPES}}}Override"):
                if old.get("PartName") == f"/{part}":
                    types.remove(old)
            etree.SubElement(types, f"{{{TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)

    def default_type(self, extension: str, content_type: str) -> None:
        """What files with an extension are."""
        types = self.root("[Content_Types].xml")
        known = {one.get("Extension", "").lower() for one in types.findall(f"{{{TYPES}}}Default")}
        if extension not in known:
            node = etree.Element(f"{{{TYPES}}}Default", Extension=extension, ContentType=content_type)
            types.insert(0, node)

    def drop(self, part: str) -> None:
        """Remove a part, its relations and its content type."""
        self.parts.pop(part, None)
        self._parsed.pop(part, None)
        self.parts.pop(relations_of(part), None)
        self._parsed.pop(relations_of(part), None)
        types = self.root("[Content_Types].xml")
        for old in types.findall(f"{{{TYPES}}}Override"):
            if old.get("PartName") == f"/{part}":
                types.remove(old)

    def free(self, stem: str, ending: str) -> str:
        """A part name nobody has: stem, a number, the ending."""
        number = 1
        while f"{stem}{number}{ending}" in self.parts:
            number += 1
        return f"{stem}{number}{ending}"

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """(id, last word of the type, target part) of each inner relation of a part."""
        name = relations_of(part)
        if name not in self.parts:
            return
        for node in self.root(name):
            if local(node) == "Relationship" and node.get("TargetMode") != "External":
                target = node.get("Target", "")
                folder = posixpath.dirname(part)
                path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                kind = node.get("Type", "").rpartition("/")[2]
                yield node.get("Id", ""), kind, posixpath.normpath(path)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation to another part; gives its id."""
        name = relations_of(part)
        if name not in self.parts:
            self.put(name, serial(etree.Element(f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS})))
        root = self.root(name)
        taken = {node.get("Id") for node in root}
        number = 1
        while f"rIdMch{number}" in taken:
            number += 1
        node = etree.SubElement(root, f"{{{RELATIONS}}}Relationship", Id=f"rIdMch{number}")
        node.set("Type", f"{OFFICE}/{kind}")
        node.set("Target", f"/{target}")
        return f"rIdMch{number}"

    def unrelate(self, part: str, target: str) -> None:
        """Remove the relations of a part to another."""
        gone = {key for key, _, path in self.relations(part) if path == target}
        if gone:
            root = self.root(relations_of(part))
            for node in list(root):
                if node.get("Id") in gone:
                    root.remove(node)

    def content(self) -> bytes:
        """The container's bytes."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
            for name, content in self.parts.items():
                root = self._parsed.get(name)
                archive.writestr(
                    zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)),
                    serial(root) if root is not None else content,
                    zipfile.ZIP_DEFLATED,
                )
        return target.getvalue()


def relations_of(part: str) -> str:
    """Where a part's relations are written."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
