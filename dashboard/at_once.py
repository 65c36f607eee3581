"""What a reader only reads is drawn at once: parts of a finished page without anything that Dash must know of become one component.

Dash keeps state for every component, and tells every one of them of every other's first drawing: a table of a thousand cells
costs a million such tellings, seconds in an office machine's browser. Here whole parts (words, tables, links, small drawings)
are handed over as nested lists and drawn by assets/at_once.js, into the same elements as before. Pages do nothing for it:
it is the last step, after `taking_away` has looked at the tables and charts.

Charts, tables of the large library and tables of more than a few lines are drawn when they come into sight, and the others
one by one while the reader reads.
"""

from __future__ import annotations

import copy
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.drawings import Drawing, IntervalBar, SortedTable, Sparkline
from dashboard.taking_away import listed

# Elements that fetch or run nothing by themselves, each under its name in the browser.
TAGS = {
    kind: kind.__name__.lower()
    for kind in (
        html.Article, html.Button, html.Code, html.Dd, html.Details, html.Div, html.Dl, html.Dt, html.Figcaption,
        html.Figure, html.Footer, html.Form, html.H1, html.H2, html.H3, html.H4, html.Header, html.Label, html.Li,
        html.Nav, html.Ol, html.P, html.Section, html.Small, html.Span, html.Strong, html.Summary, html.Table,
        html.Tbody, html.Td, html.Th, html.Thead, html.Tr, html.Ul, html.A,
    )
}  # fmt: skip
DRAWINGS = {dcc.Link: "Link", Sparkline: "Sparkline", IntervalBar: "IntervalBar"}
# With one of these a component is somebody's to ask or to tell.
TOLD = ("id", "n_clicks", "n_clicks_timestamp", "loading_state")
SHORT = 20  # lines of a table that are drawn with the page itself, wherever they stand
# What an address of ours begins with; any other is left to Dash, which lets no script through.
ADDRESSES = ("/", "?", "#", "https://", "http://")


class Plain(Drawing):
    """Parts of a page: words, or lists of an element's name, its properties (0 for none) and what it holds."""

    _type = "Plain"
    _prop_names = ["id", "parts"]  # noqa: RUF012


class Later(Drawing):
    """Room of a height for what is drawn when it comes into sight, or when nothing else is left to do."""

    _type = "Later"
    _prop_names = ["children", "id", "height"]  # noqa: RUF012


def gather(content: Any) -> Any:
    """The same content with all that is plain gathered; what was given is left as it is."""
    found = [_packed(one) for one in listed(content)]
    return _merged([one for one in found if one is not None])


def _packed(node: Any) -> Any:
    """A part as lists and words; a component where Dash must know of it, with what it holds gathered; None for nothing."""
    if node is None or isinstance(node, bool):
        return None
    if isinstance(node, list | tuple):
        raise TypeError("a list within a list: children are one list")
    if not isinstance(node, Component):
        return node
    inside = [one for one in map(_packed, listed(getattr(node, "children", None))) if one is not None]
    name = _name(node)
    if name and not any(isinstance(one, Component) for one in inside):
        return [name, _properties(node) or 0, *inside]
    if isinstance(node, dcc.Graph | dag.AgGrid) or (
        isinstance(node, SortedTable) and len(node.rowData) > SHORT
    ):
        return Later(id=f"later-{node.id}", children=node, height=_height(node))
    if not inside:
        return node
    kept = copy.copy(node)
    kept.children = _merged(inside)
    return kept


def _height(node: Any) -> str:
    """What a chart or table will take, so that nothing moves when it comes."""
    given = (getattr(node, "style", None) or {}).get("height")
    if given:
        return str(given)
    if getattr(node, "height", None):
        return f"{node.height}px"
    return f"{36 + 34 * len(getattr(node, 'rowData', None) or ())}px"


def _name(node: Component) -> str:
    """What the browser calls it; empty where it must stay a component."""
    name = TAGS.get(type(node)) or DRAWINGS.get(type(node), "")
    own = vars(node)
    if any(own.get(one) is not None for one in TOLD):
        return ""
    if isinstance(node, dcc.Link) and (own.get("target") or own.get("refresh") is not None):
        return ""
    href = own.get("href")
    return "" if href is not None and not str(href).startswith(ADDRESSES) else name


def _properties(node: Component) -> dict[str, Any]:
    """What was said of it besides what it holds."""
    return {
        name: found
        for name, found in vars(node).items()
        if found is not None and name != "children" and not name.startswith(("_", "available_"))
    }


def _merged(parts: list[Any]) -> list[Any]:
    """Neighbours that are plain become one; words alone stay words."""
    found: list[Any] = []
    run: list[Any] = []
    for part in [*parts, None]:
        if part is not None and not isinstance(part, Component):
            run.append(part)
            continue
        if any(isinstance(one, list) for one in run):
            found.append(Plain(parts=run))
        else:
            found += run
        run = []
        if part is not None:
            found.append(part)
    return found
