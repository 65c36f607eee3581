"""Every table and chart of every page can be taken away: one walk over a finished page finds them and puts the links beside them.

Pages do nothing for it. A table is exported by making its page once more and taking the table of the same place, so a file
holds exactly what its page shows, to whom it may show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.drawings import Drawing, IntervalBar, Matrix, SortedTable, Sparkline
from dashboard.exports.tables import Cell, Sheet
from dashboard.visit import Visit

NUMBER = re.compile(r"[-−]?\d[\d,]*(\.\d+)?(%|‰)?")
NEVER = "not-taken"  # the class of a table or chart that nobody needs as a file


@dataclass(frozen=True)
class Found:
    """A table or chart of a page: its place among its kind, and the panel's title."""

    kind: str  # table | chart
    place: int
    title: str
    component: Component


def listed(children: Any) -> list[Any]:
    """A component's children as a list."""
    if children is None:
        return []
    return list(children) if isinstance(children, list | tuple) else [children]


def classes(component: Any) -> set[str]:
    """A component's classes."""
    return set((getattr(component, "className", None) or "").split())


def text_of(node: Any) -> str:
    """What one reads in a component: its words, without drawings."""
    if node is None or isinstance(node, bool):
        return ""
    if not isinstance(node, Component):
        return str(node)
    parts = [text_of(child) for child in listed(getattr(node, "children", None))]
    between = " " if any(isinstance(one, html.Div) for one in listed(getattr(node, "children", None))) else ""
    return between.join(part for part in parts if part).strip()


def kind_of(component: Any) -> str:
    """table, chart or neither."""
    if NEVER in classes(component):
        return ""
    if isinstance(component, SortedTable | dag.AgGrid | html.Table | Matrix):
        return "table"
    if isinstance(component, dcc.Graph):
        return "chart"
    is_chart = isinstance(component, Drawing) and not isinstance(component, Sparkline | IntervalBar)
    return "chart" if is_chart else ""


def find(content: Any, title: str = "") -> Iterator[Found]:
    """The tables and charts of a finished page, in reading order."""
    counts = {"table": 0, "chart": 0}
    for component, heading in _walk(content, title):
        kind = kind_of(component)
        yield Found(kind, counts[kind], heading, component)
        counts[kind] += 1


def _walk(node: Any, title: str) -> Iterator[tuple[Component, str]]:
    if isinstance(node, list | tuple):
        for child in node:
            yield from _walk(child, title)
    elif isinstance(node, Component):
        if kind_of(node):
            yield node, title
            return
        title = _heading(node) or title
        yield from _walk(listed(getattr(node, "children", None)), title)


def _heading(node: Component) -> str:
    """The words of a panel's heading, or of the line that opens it; of a tile's, which stands among others in a panel."""
    if is_tile(node):
        return text_of(next(child for child in listed(node.children) if _opens_tile(child)))
    if isinstance(node, dmc.AccordionItem):
        control = next(
            (child for child in listed(node.children) if isinstance(child, dmc.AccordionControl)), None
        )
        name = next((one for one in _all(control) if isinstance(one, html.Strong)), control)
        return text_of(name)
    if "panel" not in classes(node):
        return ""
    for child in listed(node.children):
        if isinstance(child, html.H2 | html.Summary):
            return text_of(child)
        if "panel-head" in classes(child):
            return next((text_of(one) for one in listed(child.children) if isinstance(one, html.H2)), "")
    return ""


def is_tile(node: Component) -> bool:
    """Whether it is a part with a name of its own: a small heading, or a card that is no link."""
    return isinstance(node, html.Div) and any(_opens_tile(child) for child in listed(node.children))


def _opens_tile(child: Any) -> bool:
    return isinstance(child, html.H3 | html.H4) or "card-name" in classes(child)


def dress(content: Any, visit: Visit, page_title: str) -> Any:
    """The page with its links beside every table and chart, where who asks may take them away."""
    if not visit.account.may("export"):
        return content
    found = {id(one.component): one for one in find(content, page_title)}
    if found:
        rest = _place(content, visit, page_title, found)
        if rest and isinstance(content, Component):
            content.children = [_bar(visit, page_title, rest), *listed(content.children)]
    return content


def _place(node: Any, visit: Visit, page_title: str, found: dict[int, Found]) -> list[Found]:
    """Put the links of what lies below into the nearest panel's head; what has no panel is handed up."""
    if not isinstance(node, Component):
        return []
    if id(node) in found:
        return [found[id(node)]]
    below: list[Found] = []
    for child in listed(getattr(node, "children", None)):
        below += _place(child, visit, page_title, found)
    if below and is_tile(node):
        node.className = f"{getattr(node, 'className', None) or ''} takes".strip()
        node.children = [*listed(node.children), _bar(visit, page_title, below)]
        return []
    if below and isinstance(node, dmc.AccordionPanel):  # what is folded away keeps its links there
        node.children = [*listed(node.children), _bar(visit, page_title, below)]
        return []
    if not below or "panel" not in classes(node):
        return below
    children = listed(node.children)
    head = next((one for one in children if "panel-head" in classes(one)), None)
    if head is not None:
        if not any("downloads" in classes(one) for one in _all(head)):
            head.children = [*listed(head.children), _bar(visit, page_title, below)]
    else:
        after = 1 if children and isinstance(children[0], html.Summary | html.H2) else 0
        node.children = [*children[:after], _bar(visit, page_title, below), *children[after:]]
    return []


def _all(node: Any) -> Iterator[Component]:
    if isinstance(node, Component):
        yield node
        for child in listed(getattr(node, "children", None)):
            yield from _all(child)


def _bar(visit: Visit, page_title: str, found: Sequence[Found]) -> html.Div:
    links: list[Any] = []
    charts = 0
    titles = {one.title for one in found}
    for one in found:
        if len(titles) > 1:
            links.append(html.Span(one.title, className="take-away-name"))
        if one.kind == "chart":
            links += _chart_buttons(visit, page_title, one, charts)
            charts += 1
        else:
            links += _table_links(visit, one)
    return html.Div(links, className="take-away", role="group", **{"aria-label": visit.texts("导出")})


def _table_links(visit: Visit, one: Found) -> list[html.A]:
    query = {"at": visit.view.path, **visit.view.query, **_rest(visit)}
    return [
        html.A(
            kind,
            href=f"/download/table/{one.place}.{kind}?{urlencode(query)}",
            download="",
            **{"aria-label": visit.texts("把表格“{name}”存为 {kind}", name=one.title, kind=kind)},
        )
        for kind in ("xlsx", "csv")
    ]


def _rest(visit: Visit) -> dict[str, str]:
    """What the address holds besides what every link carries."""
    step = {"step": visit.view.step} if visit.view.step != "month" else {}
    unit = {"unit": visit.view.unit} if visit.view.unit else {}
    return {**visit.view.extra, **step, **unit}


def _chart_buttons(visit: Visit, page_title: str, one: Found, place: int) -> list[html.Button]:
    about = {
        "data-chart": str(place),
        "data-title": one.title if one.title == page_title else f"{page_title} · {one.title}",
        "data-about": " · ".join(about_lines(visit)),
        "data-synthetic": synthetic_words(visit),
    }
    return [
        html.Button(
            kind.upper(),
            type="button",
            **{**about, "data-kind": kind, "aria-label": visit.texts("把图“{name}”存为 {kind}", name=one.title, kind=kind.upper())},
        )
        for kind in ("png", "svg")
    ]  # fmt: skip


def about_lines(visit: Visit) -> list[str]:
    """Place and period, until when there are data, from which system, and when it was taken."""
    t, view = visit.texts, visit.view
    months = visit.answers.months(view.tree.code)
    until = t("数据截至 {month}", month=t.month(months[1])) if months else t("尚无数据")
    return [
        f"{visit.name(view.unit or visit.place)} · {view.period.label(view.language)}",
        until,
        t("来源：贵州省妇幼健康指标系统，{date}", date=t.date(visit.today)),
    ]


def synthetic_words(visit: Visit) -> str:
    """The mark of made-up data; nothing where all are real."""
    return visit.texts("合成数据：仅供演示，不是真实统计") if visit.answers.has_synthetic() else ""


def sheet_of(one: Found, visit: Visit) -> Sheet:
    """A table as a plain sheet of numbers and words."""
    take = {SortedTable: _grid, dag.AgGrid: _grid, Matrix: _matrix}.get(type(one.component), _table)
    heads, rows = take(one.component)
    return Sheet(one.title, (*about_lines(visit),), synthetic_words(visit), tuple(heads), tuple(rows))


def _grid(grid: Any) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """The columns one sees; a number with the decimals it is shown with."""
    columns = [column for column in grid.columnDefs if not column.get("hide")]
    rows = [tuple(_grid_cell(column, row) for column in columns) for row in grid.rowData]
    return [str(column.get("headerName", "")) for column in columns], rows


def _grid_cell(column: dict[str, Any], row: dict[str, Any]) -> Cell:
    value = row.get(column["field"])
    shown = str(column.get("valueFormatter", {}).get("function", "")).removeprefix("params.data.")
    words = str(row.get(shown) or "") if shown else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not words or NUMBER.fullmatch(words):
            return Cell(value, _decimals(words))
        return Cell(words)
    return Cell("" if value is None else str(value))


def _matrix(matrix: Any) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """A value for each indicator, and beside those with a target the judgement that its sign and colour give."""
    heads = [str(matrix.words["name"]), str(matrix.words["upper"])]
    for column in matrix.columns:
        heads += (
            [str(column["title"]), str(matrix.words["against"])]
            if column["aimed"]
            else [str(column["title"])]
        )
    rows = []
    for row in matrix.rows:
        cells = [Cell(str(row["name"])), Cell(str(row["upper"]))]
        for column, letter, words in zip(matrix.columns, row["k"], row["v"], strict=True):
            said = str(matrix.kinds[letter]["words"])
            number = NUMBER.match(words)  # what follows it is the unit, which the column's name says
            cells.append(_number(number.group()) if number else Cell("" if column["aimed"] else said))
            if column["aimed"]:
                cells.append(Cell(said))
        rows.append(tuple(cells))
    return heads, rows


def _table(table: Any) -> tuple[list[str], list[tuple[Cell, ...]]]:
    heads: list[str] = []
    rows: list[tuple[Cell, ...]] = []
    for part in listed(table.children):
        for row in listed(getattr(part, "children", None)) if not isinstance(part, html.Tr) else [part]:
            cells = [one for one in listed(getattr(row, "children", None)) if one is not None]
            if isinstance(part, html.Thead) and not heads:
                heads = [text_of(one) for one in cells]
            else:
                rows.append(tuple(_cell(one) for one in cells))
    return heads, rows


def _cell(component: Any) -> Cell:
    words = text_of(component)
    return _number(words) if "number" in classes(component) else Cell(words)


def _number(words: str) -> Cell:
    """A number as it is written, with its decimals and percent sign; else the words."""
    if not NUMBER.fullmatch(words):
        return Cell(words)
    plain = words.replace(",", "").replace("−", "-").rstrip("%‰")
    unit = words[-1] if words[-1] in "%‰" else ""
    return Cell(float(plain) if "." in plain else int(plain), _decimals(words), unit)


def _decimals(words: str) -> int | None:
    """Decimals of a number as it is written; None where nothing is said."""
    if not words:
        return None
    return len(words.rstrip("%‰").partition(".")[2])
