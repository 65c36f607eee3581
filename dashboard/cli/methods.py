"""`mch methods`: every definition as the catalogue has it, with its targets; one indicator whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from dashboard.cli.output import Format, emit, print_json
from dashboard.settings import load_settings
from indicators.definition import Definition, Example, load_catalogue
from reference.disclosure import disclosure_rules
from reference.policies import Policy, Target
from reference.registry import Registry, load_registry

TABLE = ("code", "zh", "en", "unit_zh", "polarity", "method", "basis", "disclosure", "mark", "targets")
CERTAINTY = {
    "S": "出处已查证 · seen in a named source",
    "K": "业内通行，待确认 · general knowledge, to be confirmed",
    "?": "存疑，待确认 · unsure, to be confirmed",
    "-": "系统自身 · the system's own",
}
LABELS = {
    "topic": "类别 · Topic",
    "rationale": "为什么看它 · Why it is looked at",
    "numerator": "分子 · Numerator",
    "denominator": "分母 · Denominator",
    "multiplier": "乘数 · Multiplier",
    "unit": "单位 · Unit",
    "polarity": "方向 · Polarity",
    "method": "方法 · Method",
    "basis": "口径 · Counted by",
    "levels": "层级 · Levels",
    "disclosure": "公开时的小数处理 · Small numbers in public",
    "reported": "谁报 · Who reports it",
    "caveats": "注意 · Caveats",
    "source": "出处 · Source",
    "clause": "条款 · Clause",
    "mark": "是否确认 · Certainty",
    "reviewed": "复核日期 · Reviewed",
}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(methods)


def methods(
    indicator: Annotated[
        str, typer.Argument(help="Code of an indicator, to print it whole. Default: all.")
    ] = "",
    format: Annotated[
        Format, typer.Option("--format", help="table for people, json or csv for programs.")
    ] = Format.TABLE,
) -> None:
    """Print the indicators' definitions: how each is worked out, where it comes from, its targets and worked examples."""
    registry = load_registry(load_settings().overlay_folders)
    catalogue = load_catalogue(registry)
    chosen = [catalogue.get(indicator)] if indicator else list(catalogue.by_code.values())
    rows = [method_row(registry, one) for one in chosen]
    if format is Format.JSON:
        print_json(rows)
    elif format is Format.CSV:
        emit(format, "", list(rows[0]), [_flat(row) for row in rows])
    elif indicator:
        _print_whole(registry, chosen[0], rows[0])
    else:
        shown = [{**row, "targets": len(row["targets"]) or None} for row in rows]
        emit(format, "指标方法 · Methods", TABLE, shown, ("targets",))


def method_row(registry: Registry, one: Definition) -> dict[str, Any]:
    """All that a definition says, with its targets and the certainty of each spelt out."""
    return {
        **one.model_dump(mode="json"),
        "certainty": certainty(one.mark),
        "targets": [_target(policy, target) for policy, target in targets_of(registry, one)],
    }


def targets_of(registry: Registry, one: Definition) -> list[tuple[Policy, Target]]:
    """Every dated target of an indicator, the earliest first."""
    found = [
        (policy, target)
        for policy in registry.policies
        for target in policy.targets
        if target.indicator == one.code
    ]
    return sorted(found, key=lambda pair: (pair[1].by, pair[1].valid_from))


def certainty(mark: str) -> str:
    """A mark in words; one that nobody knows counts as unsure."""
    return CERTAINTY.get(mark[:1], CERTAINTY["?"])


def _target(policy: Policy, target: Target) -> dict[str, Any]:
    named = {"policy": policy.code, "policy_zh": policy.zh, "policy_en": policy.en, "issuer": policy.issuer}
    return {**target.model_dump(mode="json"), **named, "certainty": certainty(target.mark)}


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Lists as text that a spreadsheet shows in one cell."""
    return {
        key: " | ".join(_short(item) for item in value) if isinstance(value, list) else value
        for key, value in row.items()
    }


def _short(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    if "operator" in item:
        return f"{item['operator']} {item['value']:g} by {item['by']} ({', '.join(item['levels'])}; {item['policy']} {item['clause']}; {item['mark']})"
    return f"{item['numerator']}/{item['denominator']} = {item['value'] if item['value'] is not None else 'not assessable'}"


def _print_whole(registry: Registry, one: Definition, row: dict[str, Any]) -> None:
    console = Console(highlight=False, soft_wrap=True)

    def line(label: str, *texts: str) -> None:
        console.print(Text(f"{label}: {'  '.join(text for text in texts if text)}"))

    console.print(Text(f"{one.zh} · {one.en} ({one.code})", style="bold"))
    hidden = disclosure_rules().get(one.disclosure)
    special = {
        "numerator": (one.numerator_zh, one.numerator_en, _elements(registry, one.numerator)),
        "denominator": (one.denominator_zh, one.denominator_en, _elements(registry, one.denominator)),
        "source": (one.source_zh, one.source),
        "mark": (row["certainty"],),
        "disclosure": (f"{hidden.zh} · {hidden.en}", f"({hidden.note_zh} · {hidden.note_en})"),
    }
    for key, label in LABELS.items():
        if key in special:
            line(label, *special[key])
        elif texts := [_text(row[name]) for name in (f"{key}_zh", f"{key}_en", key) if row.get(name)]:
            line(label, " · ".join(texts))
    for target in row["targets"]:
        line("目标 · Target", _short(target), target["certainty"], target["note"])
        for step in target["path"]:
            line("  路径 · Path", f"{step['on']}: {step['value']:g}", step["source"])
    if not row["targets"]:
        line("目标 · Target", "没有规定 · none set")
    for example in one.examples:
        line("算例 · Example", _example(example), example.source, example.note)


def _elements(registry: Registry, names: tuple[str, ...]) -> str:
    """Data elements by code, with what their own note and mark say."""
    found = [registry.elements[name.partition("@")[0]] for name in names]
    return "; ".join(
        f"[{element.code}, {certainty(element.mark)}{f': {element.note}' if element.note else ''}]"
        for element in found
    )


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _example(one: Example) -> str:
    if one.value is None:
        return f"{one.numerator} / {one.denominator} → 不可评价 · not assessable"
    spread = (
        ""
        if one.lower is None or one.upper is None
        else f" ({one.lower:.{one.digits}f}–{one.upper:.{one.digits}f})"
    )
    return f"{one.numerator} / {one.denominator} → {one.value:.{one.digits}f}{spread}"
