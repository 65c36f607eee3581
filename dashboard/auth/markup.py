"""The few plain pages that stand outside the app: built of escaped parts, with no script, in the dress of assets/plain.css."""

from __future__ import annotations

from typing import Any

from flask import Response
from markupsafe import Markup, escape

from dashboard.auth.asking import request_token
from dashboard.texts import LANGUAGES, Texts

VOID = frozenset({"input", "br", "meta", "link", "img"})


def tag(kind: str, /, *inside: Any, **attributes: Any) -> Markup:
    """An element. `class_` is class, `for_` is for; True writes the bare name, None and False nothing."""
    said = Markup("").join(
        Markup(" {}").format(key.rstrip("_").replace("_", "-"))
        if value is True
        else Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    begin = Markup("<{}{}>").format(kind, said)
    if kind in VOID:
        return begin
    return (
        begin
        + Markup("").join(escape(one) for one in inside if one is not None)
        + Markup("</{}>").format(kind)
    )


def form(action: str, *inside: Any, **attributes: Any) -> Markup:
    """A form that posts to ourselves, with the token that says it is meant."""
    hidden = tag("input", type="hidden", name="csrf", value=request_token())
    return tag("form", hidden, *inside, method="post", action=action, **attributes)


def field(label: str, name: str, **attributes: Any) -> Markup:
    """An input under its label."""
    said = {"type": "text", "required": True, "maxlength": "200", **attributes}
    return tag("label", tag("span", label), tag("input", name=name, **said))


def page(
    t: Texts, title: str, *inside: Any, path: str = "", status: int = 200, wide: bool = False
) -> Response:
    """A whole page."""
    languages = [
        tag("strong", name)
        if code == t.language
        else tag("a", name, href=f"{path}{'&' if '?' in path else '?'}lang={code}")
        for code, name in LANGUAGES.items()
    ]
    whole = t("贵州省妇幼健康指标系统")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · {whole}"),
        tag("link", rel="icon", href="/assets/favicon.ico"),
        tag("link", rel="stylesheet", href="/assets/plain.css"),
    )
    body = tag(
        "body",
        tag("header", tag("strong", whole), tag("nav", *languages, aria_label=t("语言")) if path else None),
        tag("main", tag("h1", title), *inside, class_="wide" if wide else None),
    )
    content = Markup("<!DOCTYPE html>\n") + tag("html", head, body, lang=t.html_language)
    return Response(str(content), status, mimetype="text/html")
