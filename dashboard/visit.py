"""One visit to a page: who is asking for what, in which language, and the ways to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dashboard import wording
from dashboard.answers import Answers
from dashboard.auth.account import THIS_MACHINE, Account
from dashboard.auth.asking import current_account
from dashboard.findings import Standing, standing
from dashboard.texts import Texts
from dashboard.view import View, read_view
from dashboard.workspace import Workspace
from indicators.definition import Definition
from indicators.reporting import Entry
from indicators.result import Flag, Result
from indicators.results import AS_IT_WAS
from indicators.results import View as Seen
from reference.organisations import Organisation
from reference.periods import Period, month_add, month_period, month_range
from reference.registry import Registry
from reference.reporting import CHINA


@dataclass(frozen=True)
class Visit:
    """Everything a page's layout needs."""

    answers: Answers
    view: View
    today: dt.date
    account: Account = THIS_MACHINE
    seen: Seen = AS_IT_WAS

    @property
    def as_asked(self) -> Visit:
        """The same visit under today's areas and targets, where the address asks for them."""
        return replace(self, seen=Seen(today=True)) if self.view.is_as_today else self

    @property
    def workspace(self) -> Workspace:
        """The installation."""
        return self.answers.workspace

    @property
    def registry(self) -> Registry:
        """Its reference data."""
        return self.workspace.registry

    @cached_property
    def home(self) -> str:
        """Where the account is at home: its own area, else the root of the tree in view."""
        own = self.account.home(self.registry.organisations)
        return own.code if own else self.view.tree.root

    @property
    def place(self) -> str:
        """Whom the page is about: the area that its path names, else the one in view."""
        named = self.view.path.split("/")[2:3]
        known = named and named[0] in self.registry.organisations and self.sees(named[0])
        return named[0] if known else self.view.area.code

    @cached_property
    def texts(self) -> Texts:
        """The language spoken."""
        return Texts(self.view.language)

    @cached_property
    def has_data(self) -> bool:
        """Whether the tree in view has any number at all."""
        return self.answers.months(self.view.tree.code) is not None

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """The indicators of the tree in view, topic by topic."""
        order = list(wording.TOPICS)
        found = self.workspace.catalogue.of_tree(self.view.tree.code)
        return tuple(sorted(found, key=lambda one: order.index(wording.topic_of(one))))

    def reaches(self, code: str) -> bool:
        """Whether what an organisation sent may be shown to whoever asks."""
        return self.account.reaches(code, self.registry.organisations)

    def shows(self, code: str) -> bool:
        """Whether the page in view may be about an area."""
        home = self.account.home(self.registry.organisations)
        if home is not None and code == home.code:
            return True
        return self.sees(code) if shows_results(self.view.path) else self.reaches(code)

    @cached_property
    def reaches_view(self) -> bool:
        """Whether all that was sent in the area in view may be shown."""
        return self.account.role.scope == "area" and self.reaches(self.view.area.code)

    def within_reach(self, entries: list[Entry]) -> list[Entry]:
        """Those of some reports of the area in view that may be shown."""
        return entries if self.reaches_view else [one for one in entries if self.reaches(one.organisation)]

    def sees(self, code: str) -> bool:
        """Whether an area's results may be shown to whoever asks."""
        return self.account.sees(code, self.registry.organisations)

    def name(self, code: str) -> str:
        """An organisation's name in the visit's language, as it was in the period."""
        return self.registry.organisations.get(code, self._day).name(self.view.language)

    @property
    def _day(self) -> dt.date | None:
        """The day by which areas are named and placed."""
        return None if self.seen.today else self.view.period.last_day

    def short_name(self, code: str) -> str:
        """The everyday name in the visit's language."""
        return self.registry.organisations.get(code, self._day).short_name(self.view.language)

    def upper_name(self, code: str) -> str:
        """The area above, short; nothing below the root."""
        above = self.registry.organisations.parent(code, self._day)
        return self.short_name(above) if above and above != self.view.tree.root else ""

    @cached_property
    def below(self) -> tuple[str, ...]:
        """The areas right below the one in view: prefectures of the province, counties of a prefecture."""
        found = self.registry.organisations.children(self.view.area.code, self.hierarchy_day)
        return tuple(one.code for one in found if one.is_area)

    @cached_property
    def units(self) -> tuple[Organisation, ...]:
        """The smallest areas within the area in view: what leagues, maps and flags are about."""
        return smallest_areas(self.registry, self.view.area, self.hierarchy_day)

    @cached_property
    def neighbours(self) -> tuple[str, ...]:
        """What a map shows: the units; of a single smallest area those around it as well, as far as they may be seen."""
        if self.unit_codes != (self.view.area.code,):
            return self.unit_codes
        above = self.registry.organisations.parent(self.view.area.code, self.hierarchy_day)
        if above is None:
            return self.unit_codes
        beside = smallest_areas(self.registry, self.registry.organisations.get(above), self.hierarchy_day)
        return tuple(one.code for one in beside if one.code == self.view.area.code or self.sees(one.code))

    @cached_property
    def hierarchy_day(self) -> dt.date | None:
        """The day whose areas are shown: the period's last; today's (None) where senders print today's on old periods."""
        duties = self.workspace.forms.duties
        today = self.seen.today or any(
            duty.latest_hierarchy for duty in duties if duty.tree == self.view.tree.code
        )
        return None if today else self.view.period.last_day

    @property
    def unit_level(self) -> str:
        """What the units are called: county, district."""
        return self.level_name(self.units[0].level)

    @cached_property
    def unit_codes(self) -> tuple[str, ...]:
        """Their codes."""
        return tuple(unit.code for unit in self.units)

    @cached_property
    def all_unit_codes(self) -> tuple[str, ...]:
        """The smallest areas of the whole tree. Pages ask about all of them at once, so that one answer serves every page."""
        root = self.registry.organisations.get(self.view.tree.root)
        return tuple(unit.code for unit in smallest_areas(self.registry, root, self.hierarchy_day))

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels of areas within the area in view that may be shown side by side, the lowest first."""
        below = self.registry.organisations.descendants(self.view.area.code, self.hierarchy_day)
        found = {one.level for one in below if one.is_area}
        order = [one.code for one in self.view.tree.levels if one.code in found]
        lowest = self.units[0].level
        return tuple(dict.fromkeys((lowest, *[one for one in reversed(order) if one != "zone"])))

    @property
    def level(self) -> str:
        """The level shown side by side: the one asked for, else the lowest."""
        asked = self.view.extra.get("level", "")
        return asked if asked in self.levels else self.levels[0]

    @cached_property
    def side_by_side(self) -> tuple[str, ...]:
        """The areas of the chosen level: the units, or those above them."""
        if self.level == self.levels[0]:
            return self.unit_codes
        below = self.registry.organisations.descendants(self.view.area.code, self.hierarchy_day)
        return tuple(one.code for one in below if one.is_area and one.level == self.level)

    def level_name(self, code: str) -> str:
        """What areas of a level are called."""
        level = next(one for one in self.view.tree.levels if one.code == code)
        return self.texts.pick(level.zh, level.en)

    @cached_property
    def flags(self) -> list[Flag]:
        """What stands out among the units, worst first."""
        return self.flags_of(self.unit_codes)

    def flags_of(self, areas: Sequence[str]) -> list[Flag]:
        """What stands out among some areas: taken from the answer for all units where they are among these."""
        if not set(areas) <= set(self.all_unit_codes):
            return self.answers.flags(areas, self.view.period)
        wanted = set(areas)
        found = self.answers.flags(self.all_unit_codes, self.view.period)
        return [flag for flag in found if flag.organisation in wanted]

    def standing(self, result: Result) -> Standing:
        """Which answer a result gives, and for an area in the period shown with the whole family's verdict on chance.

        Thousands of numbers are looked at together: "beyond chance" is what the flags found with the share of false ones held,
        so that a colour, a count and a flag never disagree.
        """
        alone = standing(result)
        if self.seen.today:
            return alone  # flags are raised as it was
        is_open = alone in (Standing.BEHIND, Standing.BELOW) and result.period == self.view.period.code
        if not is_open or result.lower is None or result.target is None or not result.target.due:
            return alone
        if result.organisation not in self._level(result.level):
            return alone
        is_behind = (result.organisation, result.indicator) in self._behind(result.level)
        return Standing.BEHIND if is_behind else Standing.BELOW

    def _level(self, level: str) -> tuple[str, ...]:
        """The areas judged together."""
        if level == self.units[0].level:
            return self.all_unit_codes
        found = self.registry.organisations.at_level(level, self.view.tree.code, self.hierarchy_day)
        return tuple(one.code for one in found if one.is_area)

    def _behind(self, level: str) -> frozenset[tuple[str, str]]:
        if level not in self._verdicts:
            self._verdicts[level] = self._found_behind(level)
        return self._verdicts[level]

    @cached_property
    def _verdicts(self) -> dict[str, frozenset[tuple[str, str]]]:
        """The verdicts already asked for in this visit, by level."""
        return {}

    def _found_behind(self, level: str) -> frozenset[tuple[str, str]]:
        key = ("behind", self.view.tree.code, level, self.hierarchy_day, self.view.period)
        return self.answers.once(
            key,
            lambda: frozenset(
                (flag.organisation, flag.indicator)
                for flag in self.answers.flags(self._level(level), self.view.period)
                if flag.kind == "behind_target"
            ),
        )

    def watched(self, areas: Sequence[str]) -> list[Flag]:
        """Areas short of a target where it may be chance, and what would settle it."""
        return self.answers.watched(areas, self.view.period) if areas else []

    def peers(self) -> dict[str, list[Result]]:
        """The whole's result, then every unit's, for every indicator: what the scale of a row is made from."""
        codes = tuple(self.workspace.catalogue.by_code)
        found: dict[str, list[Result]] = {}
        units = tuple(code for code in self.all_unit_codes if self.sees(code))
        for areas in ((self.view.tree.root,), units):
            for result in self.results(codes, areas):
                found.setdefault(result.indicator, []).append(result)
        return found

    def has_target(self, definition: Definition, level: str) -> bool:
        """Whether a target of the indicator holds at the level in the period."""
        on = self.view.period.last_day
        return self.registry.target(definition.code, level, on, self.view.tree.code) is not None

    @cached_property
    def default_indicator(self) -> Definition | None:
        """The one that matters most now: among those with a target for the units, the one most units are behind on."""
        levels = {unit.level for unit in self.units}
        aimed = [one for one in self.definitions if any(self.has_target(one, level) for level in levels)]
        behind = [flag.indicator for flag in self.flags if flag.kind == "behind_target"]
        candidates = aimed or list(self.definitions)
        return max(candidates, key=lambda one: behind.count(one.code), default=None)

    @cached_property
    def indicator(self) -> Definition | None:
        """The indicator in view, else the default one."""
        code = self.view.indicator
        return self.workspace.catalogue.get(code) if code else self.default_indicator

    def result(self, indicator: str, organisation: str) -> Result | None:
        """One result; none where the indicator is not defined for the organisation."""
        return next(iter(self.results([indicator], [organisation])), None)

    def results(self, indicators: Sequence[str], organisations: Sequence[str]) -> list[Result]:
        """Several."""
        if not organisations:
            return []
        return self.answers.results(indicators, organisations, self.view.period, self.seen)

    def series(self, indicator: str, organisations: Sequence[str], periods: Sequence[Period]) -> list[Result]:
        """One indicator over several periods."""
        return self.answers.series(indicator, organisations, periods, self.seen) if organisations else []

    def past(self, indicators: Sequence[str], organisation: str) -> dict[str, list[Result]]:
        """Month by month, the twelve months up to the period's end, by indicator: one question a month for all of them."""
        months = self.answers.months(self.view.tree.code)
        if months is None or not indicators:
            return {}
        last = min(self.view.period.last, months[1])
        found: dict[str, list[Result]] = {}
        for month in month_range(min(max(month_add(last, -11), months[0]), last), last).months:
            for result in self.answers.results(indicators, [organisation], month_period(month)):
                found.setdefault(result.indicator, []).append(result)
        return found


def smallest_areas(registry: Registry, area: Organisation, on: dt.date | None) -> tuple[Organisation, ...]:
    """Areas below `area` that have no areas below them; `area` itself when it has none."""
    organisations = registry.organisations
    below = [one for one in organisations.descendants(area.code, on) if one.is_area]
    found = tuple(
        one for one in below if not any(child.is_area for child in organisations.children(one.code, on))
    )
    return found or (area,)


# Pages that show the results of areas; on all others, and for all that is not an area, only what is within reach is shown.
RESULTS = ("/", "/indicator", "/area", "/matrix", "/severe", "/grading", "/source", "/methods")


def shows_results(path: str) -> bool:
    """Whether the page of a path is about the results of areas, which more accounts may see than their sources."""
    return path == "/" or any(path == one or path.startswith(f"{one}/") for one in RESULTS[1:])


def open_visit(
    answers: Answers, path: str, search: str, today: dt.date | None = None, account: Account | None = None
) -> Visit:
    """Read the address and make a visit of it, for whoever asks: what they may not see falls back to their own area."""
    workspace = answers.workspace
    organisations = workspace.registry.organisations
    day = today or dt.datetime.now(CHINA).date()
    account = account or current_account()
    home = account.home(organisations)
    sees = account.sees if shows_results(path) else account.reaches
    view = read_view(
        path,
        search,
        workspace.registry,
        workspace.catalogue,
        answers.all_months(),
        workspace.settings.language,
        day,
        home,
        lambda code: (home is not None and code == home.code) or sees(code, organisations),
    )
    return Visit(answers, view, day, account)
