"""The chart of a report: shares of points by domain beside the peers' median. Drawn sign by sign with Pillow: a plotting library
would take longer to start than a hundred of these take to draw."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from dashboard.exports.assessment import Report
from dashboard.exports.assessment_words import domain_shares

ACCENT, MEDIAN, INK, AXIS = "#1b6783", "#c8501e", "#1c2430", "#1c2430"
# Where systems keep a font with Chinese signs; the number is the face within a collection.
FONT_FILES = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
    ("C:/Windows/Fonts/simhei.ttf", 0),
    ("/System/Library/Fonts/PingFang.ttc", 2),
)
DPI, WIDE, FINE = 150, 6.6, 2  # inches; drawn twice as large and made smaller, so that edges are smooth
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=8)
def _font(points: float) -> Font:
    """The machine's font with Chinese signs; Pillow's own, without any, when there is none."""
    size = round(points * DPI / 72 * FINE)
    for path, face in FONT_FILES:
        if Path(path).exists():
            return ImageFont.truetype(path, size, index=face)
    return ImageFont.load_default(size)


def chart(report: Report, place: int) -> bytes:
    """The chart as a PNG."""
    rows = domain_shares(report, place)
    width, height = (round(inches * DPI * FINE) for inches in (WIDE, 0.5 * len(rows) + 1.15))
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    left, right, top, bottom = 0.2 * width, 0.92 * width, 0.1 * height, 0.8 * height
    line, step = round(0.8 * DPI / 72 * FINE), (bottom - top) / len(rows)

    def across(share: float) -> float:
        return left + (right - left) * min(max(share, 0), 100) / 100

    for at, (name, own, middle) in enumerate(rows):
        centre = top + (at + 0.5) * step
        draw.rectangle((left, centre - 0.28 * step, across(own or 0), centre + 0.28 * step), fill=ACCENT)
        if middle is not None:
            x = across(middle)
            draw.line(
                (x, centre - 0.37 * step, x, centre + 0.37 * step), fill=MEDIAN, width=round(2.5 * line)
            )
        draw.text((left - 5 * line, centre), name, fill=INK, font=_font(9), anchor="rm")
        words = "—" if own is None else f"{own:.1f}"
        draw.text((across(100) + 0.02 * width, centre), words, fill=INK, font=_font(8), anchor="lm")
    draw.line((left, top, left, bottom), fill=AXIS, width=line)
    draw.line((left, bottom, right, bottom), fill=AXIS, width=line)
    for share in range(0, 101, 20):
        draw.line((across(share), bottom, across(share), bottom + 4 * line), fill=AXIS, width=line)
        draw.text((across(share), bottom + 6 * line), str(share), fill=INK, font=_font(8), anchor="mt")
    said = report.say("得分率（%）；橙线为同组中位数", "Share of points (%); orange: the peers' median")
    draw.text(((left + right) / 2, bottom + 20 * line), said, fill=INK, font=_font(8), anchor="mt")
    content = io.BytesIO()
    image.resize((width // FINE, height // FINE), Image.Resampling.LANCZOS).save(
        content, "PNG", dpi=(DPI, DPI)
    )
    return content.getvalue()
