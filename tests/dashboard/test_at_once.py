"""What is gathered draws the same elements, and what Dash must know of stays a component."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dash_ag_grid as dag
import pytest
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import at_once
from dashboard.answers import Answers
from dashboard.app import page_for
from dashboard.at_once import Later, Plain, gather
from dashboard.drawings import SortedTable, Sparkline
from dashboard.visit import open_visit

PAGES = (
    "/",
    "/area/520302",
    "/area/520302/brief",
    "/calendar?area=520300",
    "/follow-ups",
    "/grading",
    "/indicator/prenatal_screening_coverage",
    "/matrix",
    "/methods",
    "/quality?area=520300",
    "/severe",
    "/source?indicator=prenatal_screening_coverage&area=520300",
    "/submissions",
)


def elements(node: Any) -> Iterator[tuple[str, Any]]:
    """Every element, in the order of the page, with its class and address; and every word."""
    if isinstance(node, Plain):
        for part in node.parts:
            yield from elements(part)
    elif isinstance(node, Later):
        yield from elements(node.children)
    elif isinstance(node, Component):
        yield type(node).__name__.lower(), (getattr(node, "className", None), getattr(node, "href", None))
        yield from elements(getattr(node, "children", None))
    elif (
        isinstance(node, list)
        and node
        and isinstance(node[0], str)
        and len(node) > 1
        and (node[1] == 0 or isinstance(node[1], dict))
    ):
        said = node[1] or {}
        yield node[0].lower(), (said.get("className"), said.get("href"))
        for part in node[2:]:
            yield from elements(part)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from elements(part)
    elif node is not None and not isinstance(node, bool):
        yield "", str(node)


def count(node: Any) -> int:
    """The components that Dash must keep."""
    if isinstance(node, list | tuple):
        return sum(map(count, node))
    return 1 + count(getattr(node, "children", None)) if isinstance(node, Component) else 0


def test_every_page_keeps_its_elements_and_words_with_few_components(loaded) -> None:
    answers = Answers(loaded)
    for address in PAGES:
        path, _, search = address.partition("?")
        page = page_for(path).layout(open_visit(answers, path, search))
        before = list(elements(page))
        gathered = gather(page)
        assert list(elements(gathered)) == before, address
        assert list(elements(page)) == before, address  # what was given is as it was
        # Each costs every other a telling: more are felt in an office machine's browser.
        assert count(gathered) <= 60, address
        assert len(before) > 10, address


def test_neighbours_become_one_and_who_has_a_name_stays() -> None:
    told = html.Div([html.P("a"), html.P(["b", 3])], id="told", className="box")
    one, box, other = gather(
        [html.H1("x"), html.Ul([html.Li("y")]), told, html.Td(None), dcc.Link("z", href="/area")]
    )
    assert isinstance(one, Plain)
    assert one.parts == [["h1", 0, "x"], ["ul", 0, ["li", 0, "y"]]]
    assert isinstance(box, html.Div) and box.id == "told"  # noqa: PT018
    assert [part.parts for part in box.children] == [[["p", 0, "a"], ["p", 0, "b", 3]]]
    assert other.parts == [["td", 0], ["Link", {"href": "/area"}, "z"]]


def test_large_charts_and_tables_come_later_into_room_of_their_height() -> None:
    chart = dcc.Graph(id="trend", style={"height": "300px"})
    [box] = gather(html.Div([html.H2("x"), chart], id="told"))
    later = box.children[1]
    assert isinstance(later, Later)
    assert later.children is chart
    assert (later.id, later.height) == ("later-trend", "300px")
    rows = dag.AgGrid(id="league", rowData=[{}, {}], style={"height": None})
    assert gather(rows)[0].height == "104px"  # a head of 36 and rows of 34, see dashboard/tables.py
    long = SortedTable(id="league", columnDefs=[], rowData=[{}] * 30, height=620)
    assert gather(long)[0].height == "620px"
    short = SortedTable(id="uploads", columnDefs=[], rowData=[{}] * 5)
    assert gather(short)[0] is short


def test_properties_travel_as_they_were_said() -> None:
    said = {"aria-label": "a", "data-x": "1"}
    [one] = gather(html.Button("x", type="button", style={"width": "3%"}, title=None, key="k", **said))
    assert one.parts == [["button", {"type": "button", "style": {"width": "3%"}, "key": "k", **said}, "x"]]
    [line] = gather(html.Td(Sparkline(values=[1, None, 2], label="l")))
    assert line.parts == [["td", 0, ["Sparkline", {"values": [1, None, 2], "label": "l"}]]]


@pytest.mark.parametrize(
    "component",
    [
        html.A("x", href="javascript:alert(1)"),
        html.A("x", href=" javascript:alert(1)"),
        html.A("x", href="data:text/html,x"),
        dcc.Link("x", href="JavaScript:alert(1)"),
        html.Script(src="/x.js"),
        html.Iframe(src="/x"),
        html.Img(src="/x"),
        html.Button("x", id={"type": "assess-do", "do": "x"}),
        html.Button("x", n_clicks=0),
        dcc.Link("x", href="/", target="_blank"),
        dcc.Store(id="x"),
    ],
)  # fmt: skip
def test_what_may_run_or_be_asked_stays_with_dash(component: Component) -> None:
    found = gather(html.Div(component))
    assert not isinstance(found[0], Plain)
    assert isinstance(found[0].children[0], type(component))


def test_every_drawing_within_is_one_the_browser_knows() -> None:
    script = (at_once.__file__.rpartition("/")[0]) + "/assets/at_once.js"
    with open(script, encoding="utf-8") as file:
        text = file.read()
    for name in at_once.DRAWINGS.values():
        assert f"{name}: (props)" in text
