"""The workbook's dress: one font, one accent, every number with its format."""

from __future__ import annotations

from typing import Any

FONT = "Microsoft YaHei"
ACCENT, SOFT, LINE = "#1B6783", "#E6F1F5", "#C9D3DA"
Formats = dict[str, Any]


def make_formats(book: Any) -> Formats:
    """Every cell format of the workbook."""
    base: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
    edge: dict[str, Any] = {"border": 1, "border_color": LINE}
    kinds: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True, "indent": 1, **edge},
        "plain": {},
        "wrap": {"text_wrap": True, "valign": "top"},
        "head": {"bold": True, "bg_color": SOFT, "text_wrap": True, "align": "center", **edge},
        "title": {"font_size": 20, "bold": True, "font_color": ACCENT},
        "subtitle": {"font_size": 12},
        "mark": {"bold": True, "font_color": "#A03C12", "text_wrap": True},
        "section": {"bold": True, "font_size": 12, "font_color": ACCENT},
        "whole": {"num_format": "#,##0", **edge},
        "points": {"num_format": "0.00", **edge},
        "strong": {"num_format": "0.00", "bold": True, **edge},
        "value": {"num_format": "#,##0.00##", **edge},
        "share": {"num_format": "0.0000", **edge},
        "link": {"font_color": ACCENT, "underline": 1},
        "code": {"font_name": "Consolas", "font_size": 9, "text_wrap": True},
    }
    return {name: book.add_format({**base, **kind}) for name, kind in kinds.items()}
