"""What verifying a round found, drawn: whether it holds, what does not match, and what has changed around it since."""

from __future__ import annotations

from dash import dcc, html

from dashboard import blocks
from dashboard.assessment.sealing import Verification, short_code
from dashboard.visit import Visit


def proof(visit: Visit, code: str, found: Verification) -> html.Section:
    """The verdict first, then every fault, then every difference."""
    t = visit.texts
    if found.holds:
        verdict = html.P(
            t("与签发时逐位一致：由留存的原始输入重算，全部得分相同。"), className="says says--done"
        )
    else:
        verdict = html.P(t("与签发时不一致："), className="says says--not")
    editions = [
        html.Li(t("第 {edition} 版：核验码 {code}，{count} 家单位的得分重算相同", edition=edition, code=short_code(seal), count=equal))
        for edition, seal, equal in found.editions
    ]  # fmt: skip
    differences = [
        html.P(t("签发以后，外面的情况有变；签发的结果不随之改变：")),
        html.Ul([html.Li(words) for words in found.differences], className="sentences"),
    ]
    return blocks.panel(
        dcc.Link(t("验证：{code}", code=code), href=visit.view.link(f"/assessment/{code}")),
        verdict,
        html.Ul([html.Li(words) for words in found.faults], className="sentences"),
        html.Ul(editions),
        html.Div(differences) if found.differences else None,
    )
