"""Performance assessment: the list of rounds, one round, one institution in it; reading the address and acting on what is pressed."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, ctx, dcc, html, no_update
from flask import abort

from dashboard import blocks
from dashboard.answers import Answers
from dashboard.assessment import acting
from dashboard.assessment.jobs import Exports
from dashboard.auth.account import Account
from dashboard.auth.declaring import Door
from dashboard.pages import assessment_round, assessment_rounds, assessment_sheet, assessment_whatif
from dashboard.visit import Visit, open_visit
from reference.strict import DefinitionError
from store.assessing import AssessmentError
from store.connecting import StoreError

NEEDS = "view_results"
PATH = "/assessment"


def asking(visit: Visit) -> Account:
    """Who asks."""
    return visit.account


def matches(path: str) -> bool:
    """The list and all below it."""
    return path == PATH or path.startswith(f"{PATH}/")


def title(visit: Visit) -> str:
    """The page's name."""
    return visit.texts("绩效考核")


def register(app: Door, answers: Answers) -> None:
    """One callback for every button; the page is drawn again after what was pressed."""
    exports = Exports(answers.workspace)

    def act(
        _pressed: list[int], values: list[Any], value_ids: list[Any], words: list[Any], word_ids: list[Any],
        pathname: str, search: str,
    ) -> tuple[Any, Any]:  # fmt: skip
        if not ctx.triggered_id or not any(_pressed):
            return no_update, no_update
        do = str(dict(ctx.triggered_id).get("do", ""))
        said, why = fields(value_ids, values), fields(word_ids, words)
        whys = {line: str(one or "") for line, one in why.items()}
        return pressed(answers, exports, do, said, whys, pathname or PATH, search or "")

    app.callback(
        Output("assess-says", "children"),
        Output("assess-body", "children"),
        Input({"type": "assess-do", "do": ALL}, "n_clicks"),
        State({"type": "assess-value", "line": ALL}, "value"),
        State({"type": "assess-value", "line": ALL}, "id"),
        State({"type": "assess-words", "line": ALL}, "value"),
        State({"type": "assess-words", "line": ALL}, "id"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )(act)

    def progress(_ticks: int, pathname: str, search: str) -> tuple[Any, bool]:
        visit = open_visit(answers, pathname or PATH, search or "")
        return assessment_round.export_state(visit, exports, parts_of(visit)[0])

    app.callback(
        Output("assess-export", "children"),
        Output("assess-tick", "disabled"),
        Input("assess-tick", "n_intervals"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )(progress)
    acting.register_routes(app, answers, exports, lambda visit: asking(visit))


def fields(ids: list[Any], values: list[Any]) -> dict[str, Any]:
    """What stands in the fields, by line; what no page of ours sends is refused."""
    lines = [one.get("line") if isinstance(one, dict) else None for one in ids]
    if len(lines) != len(values) or not all(isinstance(line, str) for line in lines):
        abort(400)
    return dict(zip(map(str, lines), values, strict=True))


def pressed(
    answers: Answers,
    exports: Exports,
    do: str,
    values: dict[str, Any],
    words: dict[str, str],
    pathname: str,
    search: str,
) -> tuple[Any, Any]:
    """Do what was pressed, and say in a sentence what came of it."""
    visit = open_visit(answers, pathname, search)
    code, organisation, _ = parts_of(visit)
    asked = acting.Asked(visit, asking(visit), exports, code, organisation, do, values, words)
    try:
        done = acting.act(asked)
    except AssessmentError as error:
        return _says(visit.texts.pick(error.zh, error.en), "not"), no_update
    except (DefinitionError, StoreError) as error:
        return _says(str(error), "not"), no_update
    if done.panel is not None:
        return done.panel, no_update
    return _says(done.words, "done"), body(open_visit(answers, pathname, search))


def _says(words: str, kind: str) -> html.P:
    return html.P(words, className=f"says says--{kind}")


def parts_of(visit: Visit) -> tuple[str, str, str]:
    """Round, organisation and part of the address: /assessment/ROUND/ORGANISATION/PART."""
    found = [part for part in visit.view.path.removeprefix(PATH).split("/") if part]
    return (*found, "", "", "")[:3]  # type: ignore[return-value]


def layout(visit: Visit) -> html.Div:
    """The page for the address."""
    return html.Div(
        [
            html.Div(id="assess-says", role="status"),
            html.Div(body(visit), id="assess-body"),
        ]
    )


def body(visit: Visit) -> Any:
    """The part that is drawn again."""
    code, organisation, part = parts_of(visit)
    account = asking(visit)
    if not account.may("view_results"):
        return blocks.empty(visit.texts("此账号不能查看绩效考核。"))
    try:
        if not code:
            return assessment_rounds.body(visit, account)
        if not organisation:
            return assessment_round.body(visit, account, code)
        if part == "what-if":
            return assessment_whatif.body(visit, account, code, organisation)
        return assessment_sheet.body(visit, account, code, organisation)
    except AssessmentError as error:
        back = dcc.Link(visit.texts("回到考核列表"), href=visit.view.link(PATH), className="button")
        return blocks.empty(visit.texts.pick(error.zh, error.en), back)
