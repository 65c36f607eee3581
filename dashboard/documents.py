"""What programs are told, whichever way they ask: results, flags, issues and outcomes as plain rows. Numbers stay numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from loaders.issues import Issue
from reference.organisations import Organisation

if TYPE_CHECKING:
    # These bring the statistics with them, which whoever only checks a file would wait for.
    from dashboard.workspace import Workspace
    from indicators.grading import Standing
    from indicators.result import Flag, Result


def result_row(workspace: Workspace, result: Result) -> dict[str, Any]:
    """A result as a row."""
    definition = workspace.catalogue.get(result.indicator)
    organisation = workspace.registry.organisations.get(result.organisation)
    target = result.target
    return {
        "organisation": result.organisation,
        "name": organisation.zh,
        "period": result.period,
        "indicator": result.indicator,
        "numerator": result.numerator,
        "denominator": result.denominator,
        "value": result.value,
        "lower": result.lower,
        "upper": result.upper,
        "method": result.method,
        "target": target.value if target else None,
        "comparison": str(result.comparison),
        "unit": definition.unit_en,
        "gap": result.gap,
        "received": result.received,
        "expected": result.expected,
        "reason": str(result.reason),
        "basis": result.basis,
        "target_by": target.by.isoformat() if target else None,
        "target_document": target.policy if target else None,
        "name_en": organisation.en,
        "carried": result.carried,
        "oldest": result.oldest,
    }


def flag_row(workspace: Workspace, flag: Flag) -> dict[str, Any]:
    """A flag as a row."""
    return {
        "severity": flag.severity,
        "kind": flag.kind,
        "organisation": flag.organisation,
        "name": workspace.registry.organisations.get(flag.organisation).zh,
        "indicator": flag.indicator,
        "period": flag.period,
        "gap": flag.gap,
        "gap_unit": flag.gap_unit,
        "gap_before": flag.gap_before,
        "stood": flag.stood,
        "is_new": flag.is_new,
        "sentence_zh": flag.sentence_zh,
        "sentence_en": flag.sentence_en,
        "link": flag.link,
    }


def issue_row(issue: Issue) -> dict[str, Any]:
    """An issue as a row, in both languages."""
    return {
        "severity": issue.severity,
        "code": issue.code,
        "sheet": issue.sheet,
        "cell": issue.cell,
        "found": issue.found,
        "message_zh": issue.message("zh"),
        "mend_zh": issue.mend("zh"),
        "message_en": issue.message("en"),
        "mend_en": issue.mend("en"),
    }


def outcome_document(
    upload: int | None, name: str, outcome: str, counts: tuple[int, int, int], issues: Iterable[Issue]
) -> dict[str, Any]:
    """What became of one file; `counts`: submissions, those that took another's place, values."""
    rows = [issue_row(one) for one in issues]
    submissions, superseded, values = counts
    return {
        "upload": upload,
        "name": name,
        "outcome": outcome,
        "submissions": submissions,
        "superseded": superseded,
        "values": values,
        "errors": sum(row["severity"] == "error" for row in rows),
        "warnings": sum(row["severity"] == "warning" for row in rows),
        "issues": rows,
    }


def organisation_row(one: Organisation) -> dict[str, Any]:
    """An organisation as a row."""
    return {
        "code": one.code,
        "tree": one.tree,
        "level": one.level,
        "kind": one.kind,
        "name": one.zh,
        "name_en": one.en,
        "parent": one.parent,
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
        "valid_to": one.valid_to.isoformat() if one.valid_to else None,
        "in_totals": one.in_totals,
    }


def grade_row(workspace: Workspace, standing: Standing) -> dict[str, Any]:
    """An institution's standing in the grade register as a row."""
    one = workspace.registry.organisations.get(standing.institution)
    return {
        "organisation": standing.institution,
        "name": one.zh,
        "name_en": one.en,
        "parent": one.parent,
        "level": standing.grade_level,
        "class": standing.grade_class,
        "status": standing.status,
        "valid_from": standing.valid_from.isoformat() if standing.valid_from else None,
        "valid_to": standing.valid_to.isoformat() if standing.valid_to else None,
        "days_to_expiry": standing.days_to_expiry,
        "meets_target": standing.meets_target,
        "document": standing.document,
    }
