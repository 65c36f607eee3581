"""The chart of a report: shares of points by domain beside the peers' median, and the place with its interval."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

from matplotlib import font_manager
from matplotlib.figure import Figure

from dashboard.exports.assessment import Report
from dashboard.exports.assessment_words import domain_shares

ACCENT, QUIET = "#1b6783", "#9aa4b2"
FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "PingFang SC")  # fmt: skip
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


@cache
def chinese_family() -> str:
    """A family with Chinese signs that matplotlib can draw with; its own when there is none."""
    known = {one.name for one in font_manager.fontManager.ttflist}
    found = next((family for family in FAMILIES if family in known), "")
    if found:
        return found
    for path, _ in FONT_FILES:
        if Path(path).exists():
            font_manager.fontManager.addfont(path)
            return font_manager.fontManager.ttflist[-1].name
    # The collection's first face carries every sign too.
    return next((one.name for one in font_manager.fontManager.ttflist if "CJK" in one.name), "DejaVu Sans")


def chart(report: Report, place: int) -> bytes:
    """The chart as a PNG."""
    rows = domain_shares(report, place)
    names = [name for name, _, _ in rows]
    own = [share or 0 for _, share, _ in rows]
    figure = Figure(figsize=(6.6, 0.5 * len(rows) + 1.15), dpi=150)
    axes = figure.add_axes((0.2, 0.2, 0.72, 0.7))
    family: dict[str, Any] = {"fontfamily": chinese_family()}
    axes.barh(range(len(rows)), own, height=0.55, color=ACCENT)
    for at, (_, given, middle) in enumerate(rows):
        axes.text(
            102,
            at,
            "—" if given is None else f"{given:.1f}",
            va="center",
            fontsize=8,
            color="#1c2430",
            clip_on=False,
        )
        if middle is not None:
            axes.plot([middle, middle], [at - 0.36, at + 0.36], color="#c8501e", linewidth=2)
    axes.set_yticks(range(len(rows)), names, fontsize=9, **family)
    axes.set_xlim(0, 100)
    axes.invert_yaxis()
    axes.tick_params(axis="x", labelsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_xlabel(report.say("得分率（%）；橙线为同组中位数", "Share of points (%); orange: the peers' median"), fontsize=8, **family)  # fmt: skip
    content = io.BytesIO()
    figure.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()
