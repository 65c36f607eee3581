"""The REST interface: what it answers is what openapi.json says, with tokens that never open more than they name."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import validate

import dashboard.api
from dashboard.api.routes import BASE
from dashboard.app import create_app
from dashboard.auth.declaring import declared
from loaders.template import TemplateRow, write_template
from reference.periods import parse
from store.tokens import add_token, end_token
from tests.accounts import ROLES

DESCRIPTION = json.loads((Path(dashboard.api.__file__).parent / "openapi.json").read_text(encoding="utf-8"))
COUNTY = "520303"


@pytest.fixture
def app(loaded, guarded):
    return create_app(guarded)


@pytest.fixture
def program(app, guarded):
    """Gives a client that shows a token of a role, for the scopes named."""

    def make(role: str, *scopes: str):
        secret = add_token(guarded.store, role, "test", scopes, None, "test")
        client = app.server.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return make


def answer(client, path: str, **how):
    """The answer's document, held against its description."""
    found = client.open(BASE + path, **{"method": "GET", **how})
    told = DESCRIPTION["paths"][re.sub(r"/\d+$", "/{upload}", path.partition("?")[0])]
    content = told[how.get("method", "GET").lower()]["responses"][str(found.status_code)]["content"]
    schema = {**content["application/json"]["schema"], "components": DESCRIPTION["components"]}
    jsonschema.validate(found.json, schema)
    return found


def test_the_description_is_valid_openapi():
    validate(DESCRIPTION)


def test_every_address_is_described_and_every_described_address_is_there(app):
    there = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix(BASE), method.lower())
        for rule in app.server.url_map.iter_rules()
        if rule.rule.startswith(BASE)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert there == {(path, method) for path, ways in DESCRIPTION["paths"].items() for method in ways}


def test_results_of_a_county(program):
    client = program("county", "view_results")
    found = answer(
        client, f"/results?organisation={COUNTY}&indicator=prenatal_screening_coverage&period=2026-10"
    ).json
    (row,) = found["results"]
    assert (row["numerator"], row["denominator"], row["value"]) == (79, 100, 79.0)
    assert (row["target"], row["received"], row["expected"]) == (80.0, 1, 1)
    assert found["synthetic"] is False


def test_a_level_gives_all_that_may_be_seen(program):
    found = answer(program("prefecture", "view_results"), "/results?level=county&organisation=520300&indicator=prenatal_screening_coverage").json  # fmt: skip
    values = {row["organisation"]: row["value"] for row in found["results"] if row["value"] is not None}
    assert values["520302"] == 60.0
    assert values["520304"] == 90.0


def test_small_numbers_are_hidden_where_asked(program):
    path = f"/results?organisation={COUNTY}&indicator=maternal_mortality_ratio&period=2026-10&public=1"
    (row,) = answer(program("province", "view_results"), path).json["results"]
    assert row["numerator"] is None


def test_flags_say_why(program):
    client = program("prefecture", "view_results")
    found = answer(client, "/flags?level=county&indicator=prenatal_screening_coverage").json
    kinds = {(row["organisation"], row["kind"]) for row in found["flags"]}
    assert ("520302", "behind_target") in kinds
    assert all(row["sentence_zh"] and row["sentence_en"] for row in found["flags"])


def test_organisations_indicators_and_grades(program):
    client = program("county", "view_results")
    rows = answer(client, "/organisations?level=county&below=520300").json["organisations"]
    assert {row["parent"] for row in rows} == {"520300"}
    assert len(rows) == 14
    codes = {row["code"] for row in answer(client, "/indicators").json["indicators"]}
    assert "prenatal_screening_coverage" in codes
    assert answer(client, "/grades?on=2026-10-31").json["on"] == "2026-10-31"


@pytest.mark.parametrize(
    "path",
    [
        "/results?organisation=nowhere",
        "/results?period=someday",
        "/results?indicator=no_such_indicator",
        "/results?level=planet",
        "/flags?period=2026-13",
        "/grades?on=yesterday",
        "/organisations?below=999",
        "/organisations?level=planet",
    ],
)
def test_what_cannot_be_understood_says_so(program, path):
    found = answer(program("province", "view_results"), path)
    assert found.status_code == 400
    assert found.json["error"]["message_en"]


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/results?organistion=520303", "organisation"),
        ("/organisations?level=countty", "county"),
        ("/indicators?lang=zh", "lang"),
        ("/flags?organisation=5203030", "520303"),
        ("/exchange/dhis2?organisation=5203", "520300"),
        ("/results?indicator=prenatal_screening_coverag", "prenatal_screening_coverage"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(program, path, nearest):
    found = program("province", "view_results", "export").get(BASE + path)
    assert found.status_code == 400
    assert f"'{nearest}'" in found.json["error"]["message_en"] or f"{nearest} (" in found.json["error"]["message_en"]  # fmt: skip


def test_a_token_opens_what_it_names_and_nothing_else(app, guarded, program):
    client = program("county", "view_uploads")
    assert client.get(f"{BASE}/results").status_code == 403
    assert client.post(f"{BASE}/submissions", data=b"x").status_code == 403
    assert client.get("/").status_code != 200  # pages are not for tokens
    stranger = app.server.test_client()
    assert stranger.get(f"{BASE}/results", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401
    stranger.environ_base["HTTP_AUTHORIZATION"] = "Bearer mch_guessed"
    assert stranger.get(f"{BASE}/results", headers={"Sec-Fetch-Dest": "empty"}).status_code == 401


REFUSED = [
    ("GET", "/api/v1/results", None, 401, "no_token"),
    ("GET", "/api/v1/results", "mch_guessed", 401, "no_token"),
    ("GET", "/api/v1/nothing", None, 401, "no_token"),
    ("POST", "/api/v1/submissions", None, 401, "no_token"),
    ("GET", "/api/v1/exchange/dhis2", "ours", 403, "not_permitted"),
    ("POST", "/api/v1/submissions", "ours", 403, "not_permitted"),
    ("GET", "/api/v1/nothing", "ours", 404, "unknown_address"),
    ("GET", "/api/v1/results/", "ours", 404, "unknown_address"),
    ("GET", "/api/v2/results", "ours", 404, "unknown_address"),
    ("GET", "/api/v1/submissions/2147483647", "ours", 404, "unknown_upload"),
    ("PATCH", "/api/v1", "ours", 404, "unknown_address"),
    ("GET", "/api/", "ours", 404, "unknown_address"),
    ("POST", "/api/v1/results", "ours", 405, "wrong_method"),
    ("DELETE", "/api/v1/submissions/1", "ours", 405, "wrong_method"),
    ("GET", "/api/v1/submissions/many", "ours", 404, "unknown_address"),
    ("GET", "/api/v1/submissions/99999999999999999999", "ours", 404, "unknown_address"),
    ("GET", "/api/v1/organisations?below=nowhere", "ours", 400, "bad_request"),
]


@pytest.mark.parametrize(("method", "path", "token", "status", "code"), REFUSED)
def test_every_refusal_has_one_shape_and_says_what_to_do(app, program, method, path, token, status, code):
    client = (
        program("county", "view_results", "view_uploads") if token == "ours" else app.server.test_client()
    )
    headers = {"Authorization": f"Bearer {token}"} if token not in (None, "ours") else {}
    found = client.open(path, method=method, headers={**headers, "Accept": "text/html"})
    assert (found.status_code, found.json["error"]["code"]) == (status, code)
    jsonschema.validate(found.json, {"$ref": "#/components/schemas/Error", "components": DESCRIPTION["components"]})  # fmt: skip
    assert found.json["error"]["request"] == found.headers["X-Request-ID"]
    assert (found.headers.get("WWW-Authenticate") == "Bearer") == (status == 401)
    assert ("Allow" in found.headers) == (status == 405)


MISTAKEN = [
    ("/results?organisation=nowhere", "没有这个单位：nowhere", "nowhere"),
    ("/organisations?below=nowhere", "没有这个单位：nowhere", "nowhere"),
    ("/organisations?level=village", "没有层级“village”", "unknown level 'village'"),
    ("/results?level=village", "没有层级“village”", "unknown level 'village'"),
    ("/results?indicator=nothing", "没有这样的指标", "nothing"),
    ("/results?period=2026-13", "“2026-13”不是时期", "'2026-13' is not a period"),
    ("/results?perod=2026", "没有参数“perod”", "did you mean 'period'"),
    ("/grades?on=soon", "on 应是一个日期", "is a day such as"),
]


@pytest.mark.parametrize(("path", "zh", "en"), MISTAKEN)
def test_what_is_mistaken_is_told_in_each_language_by_itself(program, path, zh, en):
    """The Chinese words are no English ones behind a Chinese colon."""
    found = answer(program("county", "view_results"), path)
    said = found.json["error"]
    assert found.status_code == 400
    assert zh in said["message_zh"]
    assert en in said["message_en"]
    assert said["message_en"] not in said["message_zh"]


def test_a_fault_and_a_name_that_is_not_ours_are_refused_in_the_same_shape(app, program, monkeypatch):
    client = program("county", "view_results")
    foreign = client.get("/api/v1/results", headers={"Host": "evil.example"})
    assert (foreign.status_code, foreign.json["error"]["code"]) == (400, "bad_request")

    def fails(*_given, **_named):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("dashboard.api.routes._grades", fails)
    found = answer(client, "/grades")
    assert (found.status_code, found.json["error"]["code"]) == (500, "failed")
    assert b"secret" not in found.data


def test_a_program_that_asks_too_fast_is_told_when_to_come_again(guarded):
    calm = guarded.settings.model_copy(update={"requests_per_minute": 1})
    secret = add_token(guarded.store, "county", "test", ["view_results"], None, "test")
    client = create_app(replace(guarded, settings=calm)).server.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    assert answer(client, "/indicators").status_code == 200
    found = answer(client, "/indicators")
    assert (found.status_code, found.json["error"]["code"]) == (429, "too_fast")
    assert int(found.headers["Retry-After"]) > 0


def test_a_browsers_session_is_no_token_for_sending(sign_in_as):
    client = sign_in_as("county")
    found = client.post("/api/v1/submissions", data=b"x")
    assert (found.status_code, found.json["error"]["code"]) == (403, "no_token")


def test_an_ended_or_outlived_token_opens_nothing(app, guarded):
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    outlived = add_token(guarded.store, "county", "old", ["view_results"], past, "test")
    ended = add_token(guarded.store, "county", "gone", ["view_results"], None, "test")
    end_token(guarded.store, 2, "test")
    for secret in (outlived, ended):
        asked = app.server.test_client().get(
            f"{BASE}/results", headers={"Authorization": f"Bearer {secret}", "Sec-Fetch-Dest": "empty"}
        )
        assert asked.status_code == 401


def test_beyond_ones_reach_nothing_is_told(program):
    clerk = program("institution", "view_results", "export")
    refused = answer(clerk, "/results?organisation=520302&indicator=prenatal_screening_coverage")
    assert refused.status_code == 403
    assert refused.json["error"]["code"] == "out_of_reach"
    county = program("county", "export")
    assert county.get(f"{BASE}/exchange/dhis2?organisation=520302").status_code == 403


@pytest.mark.parametrize(
    ("role", "results", "sources"),
    [("county", 200, 403), ("evaluator", 200, 403), ("reviewer", 200, 200), ("institution", 403, 403), ("prefecture", 200, 200)],
)  # fmt: skip
def test_results_of_areas_are_open_to_officers_and_sources_to_those_above(program, role, results, sources):
    """Somebody else's county (520302): its results may be compared, what it sent may not be read. A clerk sees his own county."""
    client = program(role, "view_results", "view_uploads", "export")
    asked = "?organisation=520302&indicator=prenatal_screening_coverage&period=2026-10"
    for path in ("/results", "/flags", "/exchange/fhir"):
        assert client.get(BASE + path + asked).status_code == results, path
    for path in ("/exchange/dhis2", "/exchange/adx"):
        assert client.get(BASE + path + asked).status_code == sources, path
    own = asked.replace("520302", COUNTY)
    assert client.get(f"{BASE}/results{own}").status_code == 200
    upload = client.get(f"{BASE}/submissions/1").status_code  # speaks of four counties
    assert upload == (200 if role == "prefecture" else 403 if role in ("evaluator", "reviewer") else 404)


def test_numbers_for_other_systems(program):
    found = program("county", "export").get(f"{BASE}/exchange/dhis2?organisation={COUNTY}&period=2026-10")
    assert found.status_code == 200
    said = {one["dataElement"]: one["value"] for one in found.json["dataValues"]}
    assert said["prenatal_screened_women"] == "79"
    assert program("county", "export").get(f"{BASE}/exchange/sdmx").status_code == 404


def a_workbook(guarded, places: int, enrolled: int) -> bytes:
    form = guarded.forms.get("childcare_quarterly")
    numbers = {
        "childcare_institutions": 5,
        "childcare_places": places,
        "childcare_enrolled": enrolled,
        "childcare_staff": 9,
    }
    target = io.BytesIO()
    row = TemplateRow(COUNTY, {(element, ""): number for element, number in numbers.items()})
    period = parse("2026Q3")
    write_template(
        form, guarded.registry, target, on=period.last_day, organisation=COUNTY, period=period, rows=[row]
    )
    return target.getvalue()


def test_a_workbook_is_sent_once_and_its_outcome_read_again(program, guarded):
    client = program("county", "submit", "view_uploads")
    content = a_workbook(guarded, 400, 300)
    sent = answer(client, "/submissions", method="POST", data=content)
    assert sent.status_code == 201, sent.json
    assert sent.json["submissions"] == 1
    again = answer(client, "/submissions", method="POST", data={"file": (io.BytesIO(content), "托位.xlsx")})
    assert again.status_code == 200
    assert again.json["upload"] == sent.json["upload"]
    read = answer(client, f"/submissions/{sent.json['upload']}").json
    assert read["sha256"] == sent.json["sha256"]
    assert read["values"] == sent.json["values"] == 4


def test_a_workbook_with_a_fault_comes_back_with_its_cell(program, guarded):
    client = program("county", "submit", "view_uploads")
    spoilt = a_workbook(guarded, 400, 300)
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(spoilt))
    sheet = book.worksheets[0]
    (cell,) = [one for row in sheet.iter_rows() for one in row if one.value == 400]
    cell.value = "四百个左右"
    target = io.BytesIO()
    book.save(target)
    found = answer(client, "/submissions", method="POST", data=target.getvalue())
    assert found.status_code == 422
    assert cell.coordinate in {issue["cell"] for issue in found.json["issues"]}
    assert found.json["submissions"] == 0
    nothing = answer(client, "/submissions", method="POST", data=b"")
    assert nothing.status_code == 400


def test_what_fails_is_said_in_json_with_a_number_and_when_to_come_again(program, monkeypatch):
    client = program("county", "submit")
    large = answer(client, "/submissions", method="POST", data=b"x" * 12 * 1024 * 1024)
    assert (large.status_code, large.json["error"]["code"]) == (413, "too_large")
    assert large.json["error"]["request"] == large.headers["X-Request-ID"]

    def full(*_given, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dashboard.api.routes.load_content", full)
    busy = answer(client, "/submissions", method="POST", data=b"a,b")
    assert (busy.status_code, busy.json["error"]["code"]) == (503, "busy")
    assert int(busy.headers["Retry-After"]) > 0


def test_somebody_elses_submission_is_not_there(program, guarded):
    sent = answer(
        program("county", "submit"), "/submissions", method="POST", data=a_workbook(guarded, 40, 30)
    )
    clerk = program("institution", "view_uploads")
    assert answer(clerk, f"/submissions/{sent.json['upload']}").status_code == 404


def test_every_address_asks_for_a_permission(app):
    needs = {name: what for name, what in declared(app.server).routes.items() if name.startswith("api_")}
    assert len(needs) == len([one for ways in DESCRIPTION["paths"].values() for one in ways])
    assert needs["api_submit"] == "submit"
    assert needs["api_exchange"] == "export"
    assert set(ROLES)  # the roles that the matrix of tests/dashboard/test_auth_matrix.py walks with
