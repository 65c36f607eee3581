"""What pressing a button or asking for a file does: permission first, then the store, then a sentence."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, abort, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.answers import Answers
from dashboard.assessment.deciding import appeal, applies, decide, refused, says_the_same, settlement
from dashboard.assessment.exporting import export_round, report_of
from dashboard.assessment.gather import cut_off_of
from dashboard.assessment.jobs import Exports
from dashboard.assessment.opening import evaluators, open_new
from dashboard.assessment.permission import (
    is_blind,
    may_answer,
    may_review,
    may_see,
    may_see_evidence,
    may_sign,
    seat_of,
)
from dashboard.assessment.rehearsal import kept_value, rehearse
from dashboard.assessment.sealing import short_code, sign_round, verify_round
from dashboard.assessment.standing import Standing, stand
from dashboard.auth.account import Account
from dashboard.auth.declaring import Door
from dashboard.exports.assessment_data import write_csv, write_json
from dashboard.visit import Visit, open_visit
from reference.assessments import Line
from reference.periods import PeriodError, parse
from store.assessing import AssessmentError, NewEntry, add_entries, add_evidence, assign, take_step
from store.assessments import read_round, rounds

Who = Callable[[Visit], Account]


@dataclass(frozen=True)
class Asked:
    """What was pressed, by whom, where, with what in the fields."""

    visit: Visit
    account: Account
    exports: Exports
    code: str
    organisation: str
    do: str
    values: dict[str, Any]
    words: dict[str, str]

    @property
    def standing(self) -> Standing:
        """The round as it stands."""
        return stand(self.visit.workspace, self.code, blind=is_blind(self.account))

    def value(self, name: str) -> str:
        """A field's text."""
        return str(self.values.get(name) or "").strip()


@dataclass(frozen=True)
class Done:
    """What came of it, in a sentence or a panel of its own."""

    words: str = ""
    panel: Any = None


def act(asked: Asked) -> Done:
    """Do it; raises AssessmentError with the reason why not."""
    do = asked.do
    if do == "open":
        return _open(asked)
    if do == "check":
        return _check(asked)
    if do in ("sign", "assign") or do.startswith("step:"):
        return _move(asked)
    if do == "verify":
        return Done(panel=verified(asked.visit, asked.code))
    if do == "export":
        return _export(asked)
    if do == "rehearse":
        return _rehearse(asked)
    if do in ("appeal", "uphold", "reject"):
        return _appeal(asked)
    return _save(asked)


def _open(asked: Asked) -> Done:
    if not may_sign(asked.account):
        raise refused()
    code = asked.value("code")
    try:
        period = parse(asked.value("period"))
        cut_off = cut_off_of(asked.value("cut_off"), dt.datetime.now(dt.UTC))
    except (PeriodError, ValueError):
        raise AssessmentError("请把考核期写成 SY2026 或 2026，截止日写成 2026-11-30。", "Write the period as SY2026 or 2026 and the cut-off as 2026-11-30.") from None  # fmt: skip
    schemes = asked.values.get("schemes") or []
    names = (asked.value("zh") or code, asked.value("en") or code)
    open_new(asked.visit.workspace, code, names, schemes, period, cut_off, asked.account.name)
    return Done(asked.visit.texts("已发起：{name}。", name=names[0]))


def _check(asked: Asked) -> Done:
    """Which round a printed code belongs to, and whether its figures still come out the same."""
    t, wanted = asked.visit.texts, asked.value("check").replace("-", "").lower()
    if len(wanted) < 8:
        raise AssessmentError("请输入至少 8 位核验码。", "Type at least 8 signs of the code.")
    for code, *_ in rounds(asked.visit.workspace.store):
        held = read_round(asked.visit.workspace.store, code)
        if any(seal.seal.startswith(wanted) for seal in held.seals):
            return Done(panel=verified(asked.visit, code))
    raise AssessmentError(t("没有这个核验码的考核结果。"), t("没有这个核验码的考核结果。"))


def verified(visit: Visit, code: str) -> Any:
    """The proof, drawn."""
    from dashboard.pages.assessment_proof import proof

    return proof(visit, code, verify_round(visit.workspace, code))


def _move(asked: Asked) -> Done:
    t, store, actor = asked.visit.texts, asked.visit.workspace.store, asked.account.name
    if not may_sign(asked.account):
        raise refused()
    if asked.do == "sign":
        if asked.standing.has(asked.account.organisation):
            raise AssessmentError("本单位参加本轮考核，须由其他单位的人签发。", "Your organisation takes part in this round: somebody else must sign it.")  # fmt: skip
        edition, seal = sign_round(asked.visit.workspace, asked.code, actor)
        return Done(t("已签发第 {edition} 版，核验码 {code}。", edition=edition, code=short_code(seal)))
    if asked.do == "assign":
        return _assign(asked)
    take_step(store, asked.code, asked.do.removeprefix("step:"), actor)
    return Done(t("已进入下一阶段。"))


def _assign(asked: Asked) -> Done:
    held = asked.standing.round
    wanted = [one.strip() for one in asked.value("institutions").replace("，", ",").split(",") if one.strip()]
    chosen = wanted or [one for one in held.participants if len(held.evaluators.get(one, {})) < 2]
    if not chosen:
        raise AssessmentError("所有单位都已分配专家；要改，请写明单位代码。", "Everybody has evaluators; name institutions to change theirs.")  # fmt: skip
    pair = evaluators(asked.visit.workspace, [asked.value("evaluator1"), asked.value("evaluator2")])
    assign(asked.visit.workspace.store, asked.code, chosen, pair, asked.account.name)
    return Done(asked.visit.texts("已为 {count} 家单位分配专家。", count=len(chosen)))


def _save(asked: Asked) -> Done:
    """Answers, marks or settlements of one sheet: those that differ from what is there."""
    kind = {"save-self": "answer", "save-mark": "mark", "save-review": "settlement"}.get(asked.do)
    standing, organisation = asked.standing, asked.organisation
    organisations = asked.visit.registry.organisations
    if kind is None or not standing.has(organisation):
        raise refused()
    seat = seat_of(asked.account, standing.round, organisation) if kind == "mark" else 0
    allowed = {
        "answer": may_answer(asked.account, organisation, organisations),
        "mark": bool(seat),
        "settlement": may_review(asked.account, organisation, organisations),
    }[kind]
    if not allowed:
        raise refused()
    entries = []
    for line in standing.scheme(organisation).lines:
        if line.code in asked.values or line.code in asked.words:
            entries += _entry(asked, standing, line, kind, seat)
    if not entries:
        return Done(asked.visit.texts("没有改动。"))
    add_entries(asked.visit.workspace.store, asked.code, entries, asked.account.name)
    return Done(asked.visit.texts("已保存 {count} 项。", count=len(entries)))


def _entry(asked: Asked, standing: Standing, line: Line, kind: str, seat: int) -> list[NewEntry]:
    text, words = asked.value(line.code), asked.words.get(line.code, "").strip()
    if kind == "settlement" and line.computed:
        kind = "applies"
    if line.computed and kind != "applies":
        return []  # comes from returns: no page asks for it
    held = standing.round.latest(asked.organisation, line.code, kind, seat)
    if kind == "applies":
        one = applies(standing, asked.organisation, line, text, words)
        return [one] if one else []
    if not text and not (words and kind == "answer"):
        return []
    if kind == "settlement":
        one = settlement(standing, asked.organisation, line, text, words)
        return [one] if one else []
    value = kept_value(line, text, kind) if text else ""
    if says_the_same(held, value, words):
        return []
    return [NewEntry(asked.organisation, line.code, kind, value, words, seat)]


def _appeal(asked: Asked) -> Done:
    t, standing, organisation = asked.visit.texts, asked.standing, asked.organisation
    name = "appeal" if asked.do == "appeal" else "decide"
    line, words = asked.value(f"{name}-line"), asked.words.get(name, "").strip()
    if asked.do == "appeal":
        appeal(asked.visit.workspace, asked.account, standing, organisation, line, words)
        return Done(t("申诉已提交。"))
    text = None if asked.do == "reject" else asked.value("decide-value")
    made = decide(asked.visit.workspace, asked.account, standing, organisation, line, text, words)
    if made is None:
        return Done(t("申诉已驳回，理由已留存。"))
    return Done(t("已签发第 {edition} 版，核验码 {code}。", edition=made[0], code=short_code(made[1])))


def _export(asked: Asked) -> Done:
    if not asked.account.may("export") or not _sees_all(asked.visit, asked.account, asked.standing):
        raise refused()
    asked.exports.start(asked.code, asked.visit.texts.language)
    return Done(asked.visit.texts("正在编制，进度见“导出”一栏。"))


def _sees_all(visit: Visit, account: Account, standing: Standing) -> bool:
    if standing.round.step == "scoring" and is_blind(account):
        return False
    organisations = visit.registry.organisations
    return all(
        may_see(account, standing.round, one.organisation, organisations) for one in standing.participants
    )


def _rehearse(asked: Asked) -> Done:
    from dashboard.pages.assessment_whatif import outcome

    standing = asked.standing
    if not standing.has(asked.organisation) or not may_see(
        asked.account, standing.round, asked.organisation, asked.visit.registry.organisations
    ):
        raise refused()
    given: dict[str, dict[str, str]] = {"value": {}, "weight": {}}
    for name, text in asked.values.items():
        kind, _, line = name.partition(":")
        if kind in given and str(text or "").strip():
            given[kind][line] = str(text)
    found = rehearse(standing, asked.organisation, given["value"], given["weight"])
    return Done(panel=outcome(asked.visit, standing, asked.organisation, found))


def register_routes(app: Door, answers: Answers, exports: Exports, who: Who) -> None:
    """Files of a round, and evidence in and out."""
    server = app.server

    def visit_of() -> tuple[Visit, Account]:
        visit = open_visit(answers, "/assessment", request.query_string.decode())
        return visit, who(visit)

    @server.get("/assessment-file/<code>.<kind>")
    def assessment_whole(code: str, kind: str) -> Response:
        visit, account = visit_of()
        standing = _held(visit, account, code)
        if kind not in ("xlsx", "csv", "json", "zip") or not account.may("export") or not _sees_all(visit, account, standing):  # fmt: skip
            abort(404)
        name = f"{standing.round.name(visit.texts.language)}.{kind}"
        if kind == "zip":
            job = exports.of(code, visit.texts.language)
            if job is None or job.ready is None:
                abort(404)
            return _attached(job.ready.read_bytes(), name)
        with tempfile.TemporaryDirectory() as folder:
            to = Path(folder) / f"round.{kind}"
            report = report_of(visit.workspace, standing, visit.texts.language)
            if kind == "xlsx":
                from dashboard.exports.assessment_book import write_book

                write_book(report, to)
            else:
                {"csv": write_csv, "json": write_json}[kind](report, to)
            return _attached(to.read_bytes(), name)

    @server.get("/assessment-file/<code>/<organisation>.<kind>")
    def assessment_report(code: str, organisation: str, kind: str) -> Response:
        visit, account = visit_of()
        standing = _held(visit, account, code)
        organisations = visit.registry.organisations
        if kind not in ("docx", "pdf") or not standing.has(organisation) or not account.may("export"):
            abort(404)
        if not may_see(account, standing.round, organisation, organisations):
            abort(404)
        with tempfile.TemporaryDirectory() as folder:
            (made,) = export_round(visit.workspace, standing, Path(folder), language=visit.texts.language,
                                   kinds=[kind], only=[organisation], workers=1)  # fmt: skip
            return _attached(made.read_bytes(), f"{visit.name(organisation)}.{kind}")

    @server.get("/assessment-evidence/<code>/<int:number>")
    def assessment_evidence(code: str, number: int) -> Response:
        visit, account = visit_of()
        held = _held(visit, account, code).round
        found = next((one for one in held.evidence if one.number == number), None)
        if found is None or not may_see_evidence(
            account, held, found.organisation, visit.registry.organisations
        ):
            abort(404)
        return _attached(visit.workspace.store.originals.read(found.sha256), found.name)

    @server.post("/assessment-evidence/<code>/<organisation>/<line>")
    def assessment_add_evidence(code: str, organisation: str, line: str) -> tuple[Response, int]:
        visit, account = visit_of()
        return _take_evidence(visit, account, code, organisation, line)


def _held(visit: Visit, account: Account, code: str) -> Standing:
    try:
        return stand(visit.workspace, code, blind=is_blind(account))
    except AssessmentError:
        abort(404)


def _attached(content: bytes, name: str) -> Response:
    from dashboard.downloads import attachment

    return attachment(content, name)


def _take_evidence(
    visit: Visit, account: Account, code: str, organisation: str, line: str
) -> tuple[Response, int]:
    from dashboard.upload import plain_name

    t, limit = visit.texts, visit.workspace.settings.upload_max_megabytes
    standing = _held(visit, account, code)
    organisations = visit.registry.organisations
    if not standing.has(organisation) or not may_answer(account, organisation, organisations):
        return jsonify({"says": t("此账号不能这样做。")}), 403
    if line not in {one.code for one in standing.scheme(organisation).asked}:
        return jsonify({"says": t("没有这一项。")}), 404
    try:
        file = request.files.get("file")
    except RequestEntityTooLarge:
        return jsonify({"says": t("文件超过 {limit} MB，没有上传。", limit=limit)}), 413
    if file is None or not file.filename:
        return jsonify({"says": t("没有收到文件。")}), 400
    content = file.read()
    if len(content) > limit * 1024 * 1024:
        return jsonify({"says": t("文件超过 {limit} MB，没有上传。", limit=limit)}), 413
    try:
        name = plain_name(file.filename)
        add_evidence(visit.workspace.store, code, [(organisation, line, name, content)], account.name)
    except AssessmentError as error:
        return jsonify({"says": t.pick(error.zh, error.en)}), 409
    return jsonify({"name": name, "says": ""}), 200
