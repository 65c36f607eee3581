"""How the quality of a month's data is judged: the limits, weights and watched numbers of quality.toml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from reference.strict import Strict, read_toml


class Weights(Strict):
    """What each part of the score counts; together 1."""

    completeness: float = Field(ge=0)
    timeliness: float = Field(ge=0)
    internal: float = Field(ge=0)
    external: float = Field(ge=0)

    @model_validator(mode="after")
    def _make_a_whole(self) -> Weights:
        total = self.completeness + self.timeliness + self.internal + self.external
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the weights add up to {total:g}, not to 1")
        return self


class Watched(Strict):
    """The data elements of a tree that are held against their own past."""

    tree: str
    elements: tuple[str, ...]


class Agreement(Strict):
    """One element that two kinds of senders count, compared over the areas of a level."""

    tree: str
    level: str
    element: str
    one: Literal["residence", "occurrence"]
    other: Literal["residence", "occurrence"]
    note_zh: str
    note_en: str


class QualityRules(Strict):
    """quality.toml."""

    mark: Literal["S", "K", "?"]
    history: int = Field(ge=1)
    least_history: int = Field(ge=1)
    outlier: float = Field(gt=0)
    season_years: int = Field(ge=1)
    season: float = Field(gt=0)
    season_chance: float = Field(ge=0)
    smallest: float = Field(ge=0)
    agreement: float = Field(gt=0)
    weights: Weights
    watched: tuple[Watched, ...]
    agreements: tuple[Agreement, ...]

    def elements(self, tree: str) -> tuple[str, ...]:
        """The watched elements of a tree."""
        return tuple(code for one in self.watched if one.tree == tree for code in one.elements)


@cache
def quality_rules() -> QualityRules:
    """The rules as shipped."""
    return read_toml(Path(__file__).with_name("quality.toml"), QualityRules)
