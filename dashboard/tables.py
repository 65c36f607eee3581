"""Tables that sort and scroll: columns and rows as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

import dash_ag_grid as dag

from dashboard import blocks, wording
from dashboard.drawings import SortedTable
from dashboard.findings import scale
from dashboard.texts import Texts
from dashboard.visit import Visit
from indicators.definition import Definition
from indicators.result import Result

# Pixels of a sign in a cell at our size of letters (Chinese, a stroke or point, any other), what stands around the words, and
# around a judgement's.
WIDE, THIN, NARROW, EDGES, CHIP = 13, 5, 8, 26, 34
FEW = 200  # lines that stand at once as plain elements; more are drawn by the library, which keeps only those in sight
Row = dict[str, Any]
Column = dict[str, Any]


def grid(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    texts: Texts,
    height: int | None = None,
    stacks: bool = False,
) -> SortedTable | dag.AgGrid:
    """A table in our dress that sorts by its heads. Short ones stand in full, long ones scroll within themselves.

    `stacks`: on a phone its lines are cards; for lines that are read one by one and not down a column.
    """
    if len(rows) <= FEW:
        return SortedTable(
            id=name,
            columnDefs=list(columns),
            rowData=list(rows),
            height=height,
            label=texts("表格，按表头可排序"),
            empty=texts("没有可显示的行"),
            stacks=stacks,
        )
    return _large(name, columns, rows, texts, height)


def _large(
    name: str, columns: Sequence[Column], rows: Sequence[Row], texts: Texts, height: int | None
) -> dag.AgGrid:
    options: dict[str, Any] = {
        "rowHeight": 34,
        "rowBuffer": 5,  # rows kept ready beyond those in sight
        "headerHeight": 36,
        "suppressMovableColumns": True,
        "suppressCellFocus": False,
        "enableCellTextSelection": True,
        "ensureDomOrder": True,
        "enableBrowserTooltips": True,
        "localeText": {"noRowsToShow": texts("没有可显示的行"), "ariaLabel": name},
    }
    if height is None:
        options["domLayout"] = "autoHeight"
    return dag.AgGrid(
        id=name,
        columnDefs=[_on_one_line(column, rows) for column in columns],
        rowData=list(rows),
        columnSize="responsiveSizeToFit",
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "minWidth": 50,
            "suppressHeaderMenuButton": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
        },
        dashGridOptions=options,
        style={"height": None if height is None else f"{height}px", "width": "100%"},
        className="table",
    )


def _on_one_line(column: Column, rows: Sequence[Row]) -> Column:
    """The column without second lines where every row's words fit into its least width.

    The table library measures each cell that may take a second line by itself, and the browser lays the page out anew each time.
    """
    room = column["minWidth"] - EDGES - (CHIP if column.get("cellRenderer") == "Judgement" else 0)
    words = [str(row.get(column["field"]) or "") for row in rows]
    if "autoHeight" not in column or any(_width(text) > room for text in words):
        return column
    return {name: said for name, said in column.items() if name not in ("autoHeight", "wrapText")}


def _width(text: str) -> float:
    """Pixels that words take in a cell at the most."""
    return sum(
        THIN if sign in "-. :,|" else WIDE if east_asian_width(sign) in "WFA" else NARROW for sign in text
    )


def text_column(field: str, title: str, width: int, **more: Any) -> Column:
    """A column of words."""
    return {
        "field": field,
        "headerName": title,
        "minWidth": width,
        "headerTooltip": title,
        "tooltipField": field,
        # English names of autonomous counties are long: a second line beats a cut name.
        "wrapText": True,
        "autoHeight": True,
        **more,
    }


def number_column(field: str, title: str, width: int, shown: str = "", **more: Any) -> Column:
    """A column that sorts by number; with `shown`, another field is what one reads."""
    column = {
        "field": field,
        "headerName": title,
        "minWidth": width,
        "type": "rightAligned",
        "headerTooltip": title,
    }
    if shown:
        column["valueFormatter"] = {"function": f"params.data.{shown}"}
    return {**column, **more}


def league_rows(visit: Visit, definition: Definition, results: Sequence[Result]) -> list[Row]:
    """One row an area: best last, what cannot be judged at the end."""
    t = visit.texts
    order = sorted(results, key=lambda result: _rank(result, definition))
    told = sum(result.value is not None for result in results)
    return [
        {
            "code": result.organisation,
            "rank": told + 1 - place if result.value is not None else None,
            "name": visit.name(result.organisation),
            "name_href": visit.view.link(f"/area/{result.organisation}"),
            "upper": visit.upper_name(result.organisation),
            "value": result.value,
            "value_words": wording.number(result.value, definition.decimals),
            "value_href": blocks.source_href(visit, result) if result.value is not None else "",
            "lower": result.lower,
            "upper_limit": result.upper,
            "interval_words": wording.interval(result, definition),
            "target": result.target.value if result.target else None,
            "kind": visit.standing(result).value,
            "sign": wording.SIGNS[visit.standing(result)],
            "judgement": wording.chance(result, t, visit.standing(result)) or wording.comparison(result, t),
            "numerator": result.numerator,
            "denominator": result.denominator,
            "numerator_words": wording.number(result.numerator),
            "denominator_words": wording.number(result.denominator),
            "gap": result.gap,
            "gap_words": wording.number(result.gap) if result.gap else "",
            "reports": result.completeness,
            "reports_words": blocks.reports_words(result, visit),
        }
        for place, result in enumerate(order, start=1)
    ]


def _rank(result: Result, definition: Definition) -> tuple[bool, float]:
    if result.value is None:
        return True, 0.0
    return False, -result.value if definition.polarity == "lower" else result.value


def league_columns(visit: Visit, definition: Definition, results: Sequence[Result]) -> list[Column]:
    """Name first and held in place; the interval is drawn on one scale for all rows."""
    t = visit.texts
    low, high = scale(results)
    unit = definition.unit(visit.view.language)
    people = t.pick(definition.people_zh, definition.people_en)
    upper = len({visit.upper_name(result.organisation) for result in results}) > 1
    return [
        number_column("rank", t("位次"), 58, maxWidth=64),
        text_column("name", t("地区"), 130, cellRenderer="Link", pinned="left", lockPinned=True, maxWidth=230),
        *([text_column("upper", t("市州"), 84 if t.is_chinese else 108, maxWidth=170, cellClass="desk-only")] if upper else []),
        number_column("value", t("值（{unit}）", unit=unit) if unit else t("值"), 76, "value_words", maxWidth=110, cellClass="strong", cellRenderer="Link"),
        text_column(
            "interval_words", t("95% 区间与目标"), 150, cellRenderer="Interval", sortable=False,
            cellRendererParams={"low": low, "high": high},
        ),
        text_column("judgement", t("与目标比"), 176 if t.is_chinese else 212, cellRenderer="Judgement", maxWidth=240),
        number_column("gap", t("差距（{people}）", people=people) if people else t("差距"), 84, "gap_words", maxWidth=150),
        number_column("numerator", t.pick(definition.numerator_zh, definition.numerator_en), 84, "numerator_words", maxWidth=150),
        number_column("denominator", t.pick(definition.denominator_zh, definition.denominator_en), 84, "denominator_words", maxWidth=150),
        number_column("reports", t("所含报表"), 112, "reports_words", maxWidth=170),
    ]  # fmt: skip
