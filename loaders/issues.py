"""Issues: every fault of a file, with code, severity, sheet, cell, what was found and how to mend it, in both languages.

The wording lives in issues.toml; this module only fills it in.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from reference.strict import Strict, read_toml


class IssueKind(Strict):
    """One row of issues.toml. Texts may name parameters as {parameter}."""

    code: str
    severity: Literal["error", "warning"]
    zh: str
    en: str
    mend_zh: str
    mend_en: str


class IssueFile(Strict):
    """issues.toml."""

    kinds: tuple[IssueKind, ...]


@cache
def kinds() -> Mapping[str, IssueKind]:
    """All kinds of issue, by code."""
    return {kind.code: kind for kind in read_toml(Path(__file__).with_name("issues.toml"), IssueFile).kinds}


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class Issue:
    """One fault at one place. `parameters` fill the kind's texts; those ending in _zh or _en serve one language only."""

    code: str
    sheet: str = ""
    cell: str = ""
    found: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    severity_given: str = ""
    form: str = ""
    organisation: str = ""
    month: int | None = None

    @property
    def severity(self) -> str:
        """Its own severity where a check states one, else its kind's."""
        return self.severity_given or kinds()[self.code].severity

    def _fill(self, template: str, language: str) -> str:
        chosen = {key.removesuffix(f"_{language}"): value for key, value in self.parameters.items()}
        return string.Formatter().vformat(
            template, (), _Blank(chosen, found=self.found, cell=self.cell, sheet=self.sheet)
        )

    def message(self, language: str = "zh") -> str:
        """What is wrong, in words."""
        kind = kinds()[self.code]
        return self._fill(kind.zh if language == "zh" else kind.en, language)

    def mend(self, language: str = "zh") -> str:
        """What to do about it, in words."""
        kind = kinds()[self.code]
        return self._fill(kind.mend_zh if language == "zh" else kind.mend_en, language)
