"""The words about accounts that the page and the command share: what is wrong with one asked for, and the sheet of initial passwords."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.auth.managing import Given
from dashboard.auth.roles import load_roles
from dashboard.texts import Texts, mark
from dashboard.workspace import Workspace

FAULTS = {
    "name": mark("账号只能用小写字母、数字和 . _ - @，三位以上"),
    "role": mark("没有这种角色"),
    "machine": mark("这种角色的账号只能在服务器上用 mch account add 建立"),
    "organisation": mark("没有这个单位代码"),
    "reach": mark("这个单位不在您的管辖范围内"),
    "kind": mark("角色与单位不相配：机构报表人员要填机构，其他角色要填地区"),
    "taken": mark("账号已经有人用"),
    "columns": mark("找不到表头：至少要有“账号”“角色”“单位代码”三列"),
    "empty": mark("名单里没有账号"),
    "many": mark("一次最多导入 5000 个账号"),
    "unreadable": mark("文件不能读取，请另存为 .xlsx 后再试"),
}


def password_rows(
    workspace: Workspace, given: Sequence[Given], t: Texts
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows of the sheet; the password stands last."""
    columns = [t("账号"), t("姓名"), t("角色"), t("单位"), t("初始密码")]
    organisations, roles = workspace.registry.organisations, load_roles().roles
    rows = [
        [
            one.name,
            one.shown,
            t.pick(roles[one.role].zh, roles[one.role].en),
            organisations.get(one.organisation).name(t.language),
            one.password,
        ]
        for one in given
    ]
    return columns, rows
