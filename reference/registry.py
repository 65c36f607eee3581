"""Everything that others decided, read once, strictly, and handed to whoever needs it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from reference.breaks import Break, of_change
from reference.calendar import NO_EXCEPTIONS, CalendarRules
from reference.data_elements import Category, DataElement
from reference.organisations import Organisation, OrganisationChange, Organisations
from reference.policies import Policy, TargetInForce, in_force
from reference.strict import DefinitionError, Model, Strict, read_csv, read_toml, suggest

HOME = Path(__file__).parent


class Level(Strict):
    """One level of a tree, from the top down."""

    code: str
    zh: str
    en: str
    area: bool


class Tree(Strict):
    """One tree of organisations. `basis`, when set, is the only way its numbers are counted, whatever an indicator asks for."""

    code: str
    zh: str
    en: str
    root: str
    basis: Literal["", "residence", "occurrence"] = ""
    statistical_year_starts: int = 10
    levels: tuple[Level, ...]
    note: str = ""


class TreeFile(Strict):
    """trees.toml."""

    trees: tuple[Tree, ...]


class Population(Strict):
    """One dated, sourced denominator that no form reports: people of a kind living in an area on a day."""

    organisation: str
    element: str
    on: dt.date
    value: int
    source: str
    mark: str = "S"


class GradeSpell(Strict):
    """One dated row of institution_grades.csv: the grade an institution held, with its document."""

    institution: str
    level: int  # 3, 2, 1; 0 = not graded
    grade_class: Literal[
        "A", "B", "none", "unknown"
    ]  # 甲, 乙, 未定等 (level without class), class not stated in the source
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    document: str = ""
    source: str
    source_zh: str = ""  # the same in Chinese, where a source's own words are not
    verified: Literal["yes", "partly", "no"]
    note: str = ""


class Flagging(Strict):
    """One dated row of flagging.toml: which reasons make a flag and from where."""

    valid_from: dt.date
    confidence: float
    minimum_reporting: float
    expiry_warning_days: int
    implausible_above: float
    implausible_times: float = 5
    implausible_smallest: int = 20
    false_discovery: float = 0.05
    peer_confidence: float = 0.998
    worsening_windows: tuple[int, ...] = (1, 3, 7)
    worsening_history: int = 24
    worsening_fewest: int = 12
    pooled_months: int = 36
    miss_probability: float = 0.05
    kinds: tuple[str, ...] = (
        *("behind_target", "worsening", "outlying", "will_miss"),
        *("not_assessable", "implausible", "grade_expiring", "grade_expired", "grade_lacking"),
    )
    note: str = ""


class FlaggingFile(Strict):
    """flagging.toml."""

    rules: tuple[Flagging, ...]


@dataclass(frozen=True)
class Registry:
    """All reference data of one installation."""

    organisations: Organisations
    elements: dict[str, DataElement]
    trees: dict[str, Tree]
    policies: tuple[Policy, ...]
    populations: tuple[Population, ...]
    grades: tuple[GradeSpell, ...]
    flagging_rules: tuple[Flagging, ...]
    calendar: CalendarRules = NO_EXCEPTIONS
    categories: tuple[Category, ...] = ()
    breaks: tuple[Break, ...] = ()

    def breaks_of(self, indicator: str, organisation: str) -> tuple[Break, ...]:
        """Days from which the organisation's numbers of the indicator no longer compare with earlier ones, oldest first."""
        stated = (
            one
            for one in self.breaks
            if one.indicator in ("", indicator) and one.organisation in ("", organisation)
        )
        changes = (of_change(one, organisation) for one in self.organisations.series_breaks(organisation))
        return tuple(sorted((*stated, *changes), key=lambda one: one.on))

    @property
    def home(self) -> str:
        """The tree of this installation's own country: the first; the others are there for those who ask for them."""
        return next(iter(self.trees))

    def element(self, code: str) -> DataElement:
        """The data element; raises DefinitionError naming the nearest one."""
        if code not in self.elements:
            raise DefinitionError(f"unknown data element '{code}'{suggest(code, sorted(self.elements))}")
        return self.elements[code]

    def target(self, indicator: str, level: str, on: dt.date, tree: str = "guizhou") -> TargetInForce | None:
        """The target to measure against on the day; asked for thousands of times a page, so each answer is kept."""
        question = (indicator, level, on, tree)
        if question not in self._targets:
            self._targets[question] = in_force(self.policies, indicator, level, on, tree)
        return self._targets[question]

    @cached_property
    def _targets(self) -> dict[tuple[str, str, dt.date, str], TargetInForce | None]:
        return {}

    def flagging(self, on: dt.date) -> Flagging:
        """The flagging rules in force on the day."""
        rules = [rule for rule in self.flagging_rules if rule.valid_from <= on] or [self.flagging_rules[0]]
        return max(rules, key=lambda rule: rule.valid_from)

    @cached_property
    def population_of(self) -> Mapping[tuple[str, str], tuple[Population, ...]]:
        """By organisation and element, every figure of `populations`."""
        found: dict[tuple[str, str], tuple[Population, ...]] = {}
        for one in self.populations:
            key = (one.organisation, one.element)
            found[key] = (*found.get(key, ()), one)
        return found

    @cached_property
    def elements_that_last(self) -> frozenset[str]:
        """Codes of stocks, which take the period's last value instead of a sum."""
        return frozenset(code for code, element in self.elements.items() if element.adds == "last")


def load_registry(overlays: Sequence[Path] = ()) -> Registry:
    """Read the shipped reference files, then the installation's own folders laid over them.

    A file may be split by tree (organisations.csv, organisations.india.csv). An overlay may hold organisations.csv, institution_grades.csv, populations.csv, categories.csv, breaks.csv, calendar.toml and policies/*.toml; its rows are added.
    Raises DefinitionError naming file, key and the nearest right one.
    """
    folders = [HOME, *(folder for folder in overlays if folder.is_dir())]
    elements: dict[str, DataElement] = {}
    for element in _rows(folders, "data_elements*.csv", DataElement):
        if element.code in elements:
            raise DefinitionError(f"data_elements.csv: the code '{element.code}' stands twice")
        elements[element.code] = element
    registry = Registry(
        organisations=Organisations(
            _rows(folders, "organisations*.csv", Organisation),
            _rows(folders, "organisation_changes*.csv", OrganisationChange),
        ),
        elements=elements,
        trees={tree.code: tree for tree in read_toml(HOME / "trees.toml", TreeFile).trees},
        policies=_read_policies(folders),
        populations=tuple(_rows(folders, "populations*.csv", Population)),
        grades=tuple(_rows(folders, "institution_grades*.csv", GradeSpell)),
        flagging_rules=read_toml(HOME / "flagging.toml", FlaggingFile).rules,
        calendar=_read_calendar(folders),
        categories=tuple(_rows(folders, "categories*.csv", Category)),
        breaks=tuple(_rows(folders, "breaks*.csv", Break)),
    )
    _verify(registry)
    return registry


def _rows(folders: Sequence[Path], name: str, model: type[Model]) -> list[Model]:
    """The rows of every file of that name, folder after folder."""
    return [row for folder in folders for path in sorted(folder.glob(name)) for row in read_csv(path, model)]


def _read_policies(folders: Sequence[Path]) -> tuple[Policy, ...]:
    """Every policy document; raises DefinitionError when a file's stem is not its code."""
    policies = []
    for path in (path for folder in folders for path in sorted((folder / "policies").glob("*.toml"))):
        policy = read_toml(path, Policy)
        if policy.code != path.stem:
            raise DefinitionError(f"{path}: the code '{policy.code}' is not the file's stem")
        policies.append(policy)
    return tuple(policies)


def _read_calendar(folders: Sequence[Path]) -> CalendarRules:
    """The rules of every folder, the installation's own last: of several that hold, the last one counts."""
    found = [
        read_toml(path, CalendarRules)
        for path in (folder / "calendar.toml" for folder in folders)
        if path.exists()
    ]
    return CalendarRules(
        due_days=tuple(rule for one in found for rule in one.due_days),
        moved=tuple(rule for one in found for rule in one.moved),
        holidays=tuple(rule for one in found for rule in one.holidays),
        released=tuple(rule for one in found for rule in one.released),
    )


def _verify(registry: Registry) -> None:
    """What one file says of another must be there; raises DefinitionError naming the row."""
    for spell in registry.organisations.spells:
        place = f"organisations.csv, {spell.code} {spell.zh}"
        _known(spell.tree, registry.trees, f"{place}, tree")
        _known(spell.level, [level.code for level in registry.trees[spell.tree].levels], f"{place}, level")
    for population in registry.populations:
        place = f"populations.csv, {population.organisation} {population.element} {population.on}"
        _known(population.organisation, registry.organisations, f"{place}, organisation")
        _known(population.element, registry.elements, f"{place}, element")
    for grade in registry.grades:
        _known(grade.institution, registry.organisations, "institution_grades.csv, institution")
    for holiday in registry.calendar.holidays:
        _known(holiday.tree, registry.trees, f"calendar.toml, holiday of {holiday.first}, tree")
    for released in registry.calendar.released:
        _known(released.organisation, registry.organisations, "calendar.toml, released, organisation")
    for policy in registry.policies:
        for target in policy.targets:
            place = f"policies/{policy.code}.toml, target of {target.indicator}"
            _known(target.tree, registry.trees, f"{place}, tree")
            levels = [level.code for level in registry.trees[target.tree].levels]
            for level in target.levels:
                _known(level, levels, f"{place}, levels")


def _known(code: str, known: Container[str], place: str) -> None:
    if code not in known:
        near = suggest(code, sorted(known)) if isinstance(known, list | dict) else ""
        raise DefinitionError(f"{place}: unknown code '{code}'{near}")
