"""Fonts for PDF. Chinese fonts are some 20 MB: the signs that a whole round uses are cut out once into a font of a hundred
kilobytes, from the first font with Chinese signs that the machine has, and every PDF embeds what it needs of that.

Outlines are turned into TrueType's: PDFs with those are written three times faster than with PostScript outlines.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

from dashboard.exports.assessment_chart import FONT_FILES

BOLD_FILES = tuple((path.replace("Regular", "Bold"), face) for path, face in FONT_FILES if "Regular" in path)
UNUSED = (
    *("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements"),
    *("maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours"),
    *("maxCompositePoints", "maxCompositeContours", "maxComponentDepth"),
)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class NoFontError(RuntimeError):
    """The machine has no font with Chinese signs; the message says what to install."""


@dataclass(frozen=True)
class Fonts:
    """The cut-out fonts of an export."""

    regular: Path
    bold: Path

    def remove(self) -> None:
        """They are only needed while the export runs."""
        shutil.rmtree(self.regular.parent, ignore_errors=True)


def prepare_fonts(signs: str, folder: Path) -> Fonts:
    """Cut the signs out of the machine's fonts; raises NoFontError when it has none."""
    found = [(path, face) for path, face in FONT_FILES if Path(path).exists()]
    if not found:
        raise NoFontError(
            "no font with Chinese signs was found; install Noto Sans CJK (Debian: fonts-noto-cjk), or leave pdf out"
        )
    bold = [(path, face) for path, face in BOLD_FILES if Path(path).exists()] or found
    folder.mkdir(parents=True, exist_ok=True)
    return Fonts(_cut(*found[0], signs, folder / "regular.ttf"), _cut(*bold[0], signs, folder / "bold.ttf"))


def _cut(path: str, face: int, signs: str, to: Path) -> Path:
    font = TTFont(path, fontNumber=face if path.endswith(".ttc") else -1, lazy=True)
    options = subset.Options()
    options.layout_features, options.hinting, options.glyph_names = [], False, False
    options.desubroutinize = True
    cutter = subset.Subsetter(options)
    cutter.populate(text=signs)
    cutter.subset(font)
    if "CFF " in font:
        _to_truetype(font)
    font.save(to)
    return to


def _to_truetype(font: TTFont) -> None:
    """Cubic outlines as quadratic ones, within one unit of a thousand."""
    signs, order = font.getGlyphSet(), font.getGlyphOrder()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(signs)
        signs[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, drawn
    font["maxp"].tableVersion, font["maxp"].maxZones = 0x00010000, 1
    for name in UNUSED:
        setattr(font["maxp"], name, 0)
    for name in ("CFF ", "VORG"):
        if name in font:
            del font[name]
    font["post"].formatType, font.sfntVersion = 3.0, "\x00\x01\x00\x00"
