"""What an indicator is: one TOML file that a health official can read, with worked examples that the tests run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from reference.registry import Registry
from reference.strict import DefinitionError, Strict, read_toml, suggest

HOME = Path(__file__).parent / "definitions"
# What an indicator is about; the pages name these and list them in an order of their own.
TOPICS = (
    "antenatal", "child", "childcare", "delivery", "grading", "infection", "mortality", "newborn", "other", "premarital",
    "prenatal", "reporting", "severe", "women",
)  # fmt: skip
MARKS = ("S", "K", "?")  # seen in the named source, general knowledge to be confirmed, unsure


class Example(Strict):
    """A worked example: numbers in, result out; worked by hand, never by running the code. Null value = not assessable.

    `numerator` and `denominator` are the summed counts; expected `value`, `lower`, `upper` as displayed, within half a unit of their last digit.
    """

    numerator: int | None = None
    denominator: int | None = None
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    digits: int = 2
    source: str  # where the expected numbers come from: a paper, a published table, or the working by hand
    note: str = ""


class Definition(Strict):
    """One indicator; its file's stem is its code.

    `numerator` and `denominator` list data elements (or `element@category`) that are summed; sums come first, the division last.
    `method`: proportion (Wilson interval; numerator part of denominator) · rate (Byar, exact below ten events) ·
    ratio (two counts, no interval) · register (counted from a register: of grades, of rescue centres, of the reports).
    """

    code: str
    zh: str
    en: str
    topic: str  # one of TOPICS
    rationale_zh: str
    rationale_en: str
    tree: tuple[str, ...] = ("guizhou",)
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    numerator_zh: str
    numerator_en: str
    denominator_zh: str
    denominator_en: str
    multiplier: int = Field(gt=0)
    unit_zh: str
    unit_en: str
    decimals: int = Field(1, ge=0, le=6)
    polarity: Literal["higher", "lower", "neutral"]
    method: Literal["proportion", "rate", "ratio", "register"]
    basis: Literal["residence", "occurrence", "register"]
    levels: tuple[str, ...] = ("province", "prefecture", "county", "institution", "zone", "state", "district")
    disclosure: Literal[
        "open", "people", "sensitive"
    ]  # which small counts are hidden: reference/disclosure.toml
    reported_zh: str  # who reports the numerator, on which form
    reported_en: str
    reviewed: dt.date  # the day on which this file was last held against its sources
    register_rule: Literal[
        "", "level3_or_above", "level2a_or_above", "both_centres", "reports_received", "reports_on_time"
    ] = ""
    register_levels: tuple[str, ...] = ()  # administrative levels of the institutions counted
    people_zh: str = ""  # what one unit of the gap is: 名孕妇
    people_en: str = ""
    caveats_zh: str = ""
    caveats_en: str = ""
    source: str
    source_zh: str = ""  # every file states it
    clause: str = ""
    mark: str  # one of MARKS
    examples: tuple[Example, ...]

    def name(self, language: str = "zh") -> str:
        """Its name in the language asked for."""
        return self.zh if language == "zh" else self.en

    def origin(self, language: str = "zh") -> str:
        """Where the definition comes from, in the language asked for where there is a wording."""
        return self.source_zh or self.source if language == "zh" else self.source

    def unit(self, language: str = "zh") -> str:
        """Its unit in the language asked for."""
        return self.unit_zh if language == "zh" else self.unit_en


@dataclass(frozen=True)
class Catalogue:
    """All indicators, by code, in file order."""

    by_code: Mapping[str, Definition]

    def get(self, code: str) -> Definition:
        """The indicator; raises DefinitionError naming the nearest one."""
        if code not in self.by_code:
            raise DefinitionError(f"unknown indicator '{code}'{suggest(code, sorted(self.by_code))}")
        return self.by_code[code]

    def of_tree(self, tree: str) -> tuple[Definition, ...]:
        """Those defined for a tree."""
        return tuple(one for one in self.by_code.values() if tree in one.tree)


def load_catalogue(registry: Registry, folders: tuple[Path, ...] = (HOME,)) -> Catalogue:
    """Read every definition; raises DefinitionError naming file, key and the nearest right word for one that is unknown, and
    for a stem unlike the code or a source without its Chinese wording."""
    found: dict[str, Definition] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.toml")):
        definition = read_toml(path, Definition)
        if definition.code != path.stem:
            raise DefinitionError(f"{path}: the code '{definition.code}' is not the file's stem")
        _check_places(path, definition, registry)
        _check_words(path, definition, registry)
        found[definition.code] = definition
    for one in registry.breaks:
        if one.indicator and one.indicator not in found:
            known = suggest(one.indicator, sorted(found))
            raise DefinitionError(f"breaks.csv: {one.on}: unknown indicator '{one.indicator}'{known}")
    return Catalogue(found)


def _check_words(path: Path, definition: Definition, registry: Registry) -> None:
    """Raises DefinitionError for a topic, mark, data element or category that nobody knows, or a source without Chinese."""
    categories = tuple(one.code for one in registry.categories)
    asked = [("topic", definition.topic, TOPICS), ("mark", definition.mark, MARKS)]
    for key, names in (("numerator", definition.numerator), ("denominator", definition.denominator)):
        for element, at, category in (name.partition("@") for name in names):
            if element not in registry.elements:
                known = suggest(element, sorted(registry.elements))
                raise DefinitionError(f"{path}: key '{key}': unknown data element '{element}'{known}")
            asked += [(key, category, categories)] if at else []
    for key, word, known_words in asked:
        if word not in known_words:
            kind = "category " if key in ("numerator", "denominator") else ""
            raise DefinitionError(f"{path}: key '{key}': unknown {kind}'{word}'{suggest(word, known_words)}")
    if not definition.source_zh:
        raise DefinitionError(f"{path}: missing key 'source_zh': how the source is called in Chinese")


def _check_places(path: Path, definition: Definition, registry: Registry) -> None:
    """Raises DefinitionError for a tree or level that does not exist, or a quotient with nothing above or below its line."""
    levels = [level.code for tree in registry.trees.values() for level in tree.levels]
    asked = (("tree", definition.tree, list(registry.trees)), ("levels", definition.levels, levels))
    for key, words, known in asked:
        for word in words:
            if word not in known:
                raise DefinitionError(f"{path}: key '{key}': unknown '{word}'{suggest(word, known)}")
    for key, names in (("numerator", definition.numerator), ("denominator", definition.denominator)):
        if not names and definition.method != "register":
            raise DefinitionError(f"{path}: key '{key}': it names no data element")
