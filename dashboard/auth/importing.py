"""Accounts by list: a workbook with one account a row, read like every workbook in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dashboard.auth.account import Account
from dashboard.auth.managing import Fault, Wish
from dashboard.auth.reach import codes_reached
from dashboard.auth.roles import load_roles
from dashboard.exports.lists import list_workbook
from dashboard.texts import Texts
from dashboard.workspace import Workspace
from loaders.files import Job
from loaders.limits import Limits
from loaders.sandbox import Sandbox
from loaders.warden import Died, Work
from loaders.workbook import WorkbookError, read_workbook

COLUMNS = {
    "name": ("账号", "account", "name"),
    "shown": ("姓名", "显示名", "shown", "person"),
    "role": ("角色", "role"),
    "organisation": ("单位代码", "organisation", "code"),
    "mail": ("邮箱", "mail", "email", "e-mail"),
    "assigned": ("分配单位", "assigned"),
}
MOST = 5_000
Rows = list[list[str]]


class Reader:
    """Reads the first sheet as words; picklable."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def read(self, job: Job, careful: bool = False) -> Rows | None:
        """The rows; None when it is no workbook."""
        assert job.content is not None
        try:
            book = read_workbook(job.content, job.path.name, self._limits, careful=careful)
        except WorkbookError:
            return None
        sheets = [one for one in book.sheets if not one.hidden]
        return [[_words(cell) for cell in row] for row in sheets[0].rows[: MOST + 50]] if sheets else []


def _words(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def read_rows(content: bytes, name: str, limits: Limits) -> Rows | None:
    """A workbook's first sheet; None when it cannot be read."""
    work: Work[Job, Rows | None] = Work(read=Reader(limits).read, size=Job.size)
    with Sandbox(work, limits) as sandbox:
        answer = sandbox.one(Job(Path(name), content))
    return None if isinstance(answer, Died) else answer


def wishes_in(rows: Rows) -> tuple[list[Wish], list[Fault]]:
    """The accounts that the rows ask for; roles by code or by name in either language."""
    head, places = _head(rows)
    if not places:
        return [], [Fault("columns", "")]
    wishes = []
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        said = {key: row[place] if place < len(row) else "" for key, place in places.items()}
        if not any(said.values()):
            continue
        assigned = tuple(said.get("assigned", "").replace("，", " ").replace(",", " ").split())
        wishes.append(
            Wish(
                name=said["name"].casefold(), shown=said.get("shown", ""), role=_role(said["role"]),
                organisation=said["organisation"], mail=said.get("mail", ""), assigned=assigned, row=number,
            )
        )  # fmt: skip
    if not wishes:
        return [], [Fault("empty", "")]
    return (wishes, []) if len(wishes) <= MOST else ([], [Fault("many", str(len(wishes)))])


def _head(rows: Rows) -> tuple[int, dict[str, int]]:
    """Which row has the headings, and where each stands."""
    for number, row in enumerate(rows[:20]):
        plain = [cell.casefold() for cell in row]
        places = {
            key: next((plain.index(name) for name in names if name in plain), -1)
            for key, names in COLUMNS.items()
        }
        if all(places[key] >= 0 for key in ("name", "role", "organisation")):
            return number, {key: place for key, place in places.items() if place >= 0}
    return 0, {}


def _role(text: str) -> str:
    for code, role in load_roles().roles.items():
        if text.casefold() in (code, role.zh.casefold(), role.en.casefold()):
            return code
    return text


def blank_list(workspace: Workspace, manager: Account, t: Texts) -> bytes:
    """A list to fill in, with a row for each organisation that the manager reaches."""
    names = [COLUMNS[key][0] if t.is_chinese else COLUMNS[key][1] for key in COLUMNS]
    columns = [*zip(names, (22, 22, 16, 16, 26, 30), strict=True), (t("单位"), 34)]
    organisations = workspace.registry.organisations
    rows = []
    for code in codes_reached(workspace.registry, manager):
        one = organisations.get(code)
        role = "institution" if not one.is_area else one.level
        known = load_roles().roles.get(role)
        shown = t.pick(known.zh, known.en) if known else ""
        rows.append(["", "", shown, code, "", "", one.name(t.language)])
    notes = [t("填好账号和姓名后导入；没有填账号的行请删去。账号用小写字母、数字和 . _ - @，三位以上。")]
    return list_workbook(t("账号名单"), notes, columns, rows)


def sheet_of_passwords(rows: Sequence[Sequence[str]], columns: Sequence[str], t: Texts) -> bytes:
    """Initial passwords, to be printed and cut apart."""
    widths = (22, 24, 20, 36, 26)
    notes = [t("初始密码只显示这一次，首次登录后须修改。请分别交给本人，勿用微信、QQ 群发。")]
    return list_workbook(t("初始密码"), notes, list(zip(columns, widths, strict=True)), rows)
