"""What the address bar says: area, indicator, period and language; read forgivingly, written back exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote, urlencode

from dashboard.texts import LANGUAGES, Texts
from indicators.definition import Catalogue
from reference.organisations import Organisation
from reference.periods import (
    Period,
    PeriodError,
    calendar_year,
    month_add,
    month_period,
    month_range,
    parse,
    quarter,
    rolling_year,
)
from reference.registry import Registry, Tree

KINDS = ("rolling", "statistical_year", "year", "quarter", "month")
STEPS = ("month", "quarter", "rolling")
# Every key that an address may carry; others are named as unknown.
KEYS = (
    "area",
    "indicator",
    "period",
    "kind",
    "lang",
    "unit",
    "step",
    "show",
    "upload",
    "status",
    "level",
    "form",
    "actor",
    "action",
    "from",
    "until",
    "as",
    "estimate",
    "topic",
    "sort",
)
# Keys that only some pages read; they check the values themselves.
EXTRA = (
    *("show", "upload", "status", "level", "form", "actor", "action", "from", "until"),
    *("as", "estimate", "topic", "sort"),
)
Months = tuple[int, int]


@dataclass(frozen=True)
class View:
    """One view, whole: the same address shows the same thing to everybody who may see it.

    `period_given` says whether the address names the period or the newest one was chosen for it.
    """

    path: str
    language: str
    tree: Tree
    area: Organisation
    period: Period
    kind: str
    indicator: str = ""
    unit: str = ""
    step: str = "month"
    extra: Mapping[str, str] = field(default_factory=dict)
    period_given: bool = False
    notices: tuple[str, ...] = ()

    @property
    def is_as_today(self) -> bool:
        """Whether the past is seen with today's areas and targets."""
        return self.extra.get("as") == "today"

    @property
    def upload(self) -> int | None:
        """The number of the upload that the address names; None where it names none that there could be."""
        said = self.extra.get("upload", "")
        return int(said) if said.isdecimal() and len(said) < 10 else None

    @property
    def query(self) -> dict[str, str]:
        """The keys that links carry along."""
        found = {"area": self.area.code, "lang": self.language}
        if self.period_given:
            found["period"] = self.period.code
        if self.indicator:
            found["indicator"] = self.indicator
        return found

    def link(self, path: str | None = None, /, **changes: str) -> str:
        """The address of a view that differs in the keys given; an empty value drops a key."""
        query = {key: value for key, value in {**self.query, **changes}.items() if value}
        return f"{self.path if path is None else path}?{urlencode(query)}"

    def at(self, **changes: object) -> View:
        """The same view with other fields."""
        return replace(self, **changes)  # type: ignore[arg-type]


def read_view(
    path: str,
    search: str,
    registry: Registry,
    catalogue: Catalogue,
    months: Mapping[str, Months | None],
    language: str = "zh",
    today: dt.date | None = None,
    home: Organisation | None = None,
    shows: Callable[[str], bool] = lambda _code: True,
) -> View:
    """Read an address. What cannot be understood, or may not be shown to whoever asks, falls back and is said in `notices`.

    `home`: the area that an address without one stands for; `shows`: whether an organisation may be shown.
    """
    given = {key: value.strip()[:120] for key, value in parse_qsl(search.lstrip("?")) if value.strip()}
    notices: list[str] = []
    spoken = given.get("lang", language)
    texts = Texts(spoken if spoken in LANGUAGES else language)
    if spoken not in LANGUAGES:
        notices.append(texts("没有“{found}”这种语言，已改用默认语言。", found=spoken))
    home = home or _first_root(registry)
    area = _of_path(path, _area(given.get("area", ""), registry, texts, notices, home), registry)
    if not shows(area.code):
        notices.append(_not_shown(texts, home))
        area = home
    tree = registry.trees[area.tree]
    span = months.get(tree.code) or _fallback_months(today or dt.date.today())
    period, was_given = _period(given.get("period", ""), given.get("kind", ""), span, tree, texts, notices)
    if was_given and months.get(tree.code) and not (period.first <= span[1] and span[0] <= period.last):
        notices.append(
            texts(
                "{period}没有数据；现有数据从 {first} 到 {last}。",
                period=period.label(texts.language),
                first=texts.month(span[0]),
                last=texts.month(span[1]),
            )
        )
    unknown = sorted(set(given) - set(KEYS))
    if unknown:
        notices.append(texts("网址中的“{found}”不认识，已忽略。", found="、".join(unknown)))
    return View(
        path=unquote(path or "/"),
        language=texts.language,
        tree=tree,
        area=area,
        period=period,
        kind=kind_of(period, tree),
        indicator=_indicator(given.get("indicator", ""), tree, catalogue, texts, notices),
        unit=_unit(given.get("unit", ""), tree, registry, texts, notices, shows),
        step=given.get("step", "month") if given.get("step", "month") in STEPS else "month",
        extra={key: given[key] for key in EXTRA if key in given},
        period_given=was_given,
        notices=tuple(notices),
    )


def _fallback_months(today: dt.date) -> Months:
    """Without data: the year that ended with last month."""
    last = month_add(today.year * 100 + today.month, -1)
    return month_add(last, -11), last


def _first_root(registry: Registry) -> Organisation:
    return registry.organisations.get(next(iter(registry.trees.values())).root)


def _not_shown(texts: Texts, home: Organisation) -> str:
    return texts("您的账号看不到所要的地区或单位，现显示{shown}。", shown=home.name(texts.language))


def _area(
    text: str, registry: Registry, texts: Texts, notices: list[str], home: Organisation
) -> Organisation:
    if not text:
        return home
    found = registry.organisations.get(text) if text in registry.organisations else None
    if found is None or not found.is_area:
        notices.append(
            texts("没有代码为“{found}”的地区，现显示{shown}。", found=text, shown=home.name(texts.language))
        )
        return home
    return found


def _of_path(path: str, area: Organisation, registry: Registry) -> Organisation:
    """A page about an area of another tree brings that tree along."""
    code = path.rpartition("/")[2]
    if code in registry.organisations and registry.organisations.get(code).tree != area.tree:
        return registry.organisations.get(registry.trees[registry.organisations.get(code).tree].root)
    return area


def _indicator(text: str, tree: Tree, catalogue: Catalogue, texts: Texts, notices: list[str]) -> str:
    if not text:
        return ""
    if text in catalogue.by_code and tree.code not in catalogue.get(text).tree:
        return ""  # carried over from another tree: nothing to complain of
    if text not in catalogue.by_code:
        notices.append(texts("此处没有代码为“{found}”的指标，已改用默认指标。", found=text))
        return ""
    return text


def _unit(
    text: str,
    tree: Tree,
    registry: Registry,
    texts: Texts,
    notices: list[str],
    shows: Callable[[str], bool],
) -> str:
    if not text:
        return ""
    if text not in registry.organisations or registry.organisations.get(text).tree != tree.code:
        notices.append(texts("没有代码为“{found}”的单位。", found=text))
        return ""
    if not shows(text):
        notices.append(texts("您的账号看不到代码为“{found}”的单位。", found=text))
        return ""
    return text


def _period(
    text: str, kind: str, span: Months, tree: Tree, texts: Texts, notices: list[str]
) -> tuple[Period, bool]:
    if text:
        try:
            period = parse(text)
        except PeriodError:
            notices.append(texts("看不懂时间“{found}”，现显示最近一期。", found=text))
        else:
            return period, True
    choices = period_choices(kind if kind in KINDS else "rolling", span, tree)
    if kind and kind not in KINDS:
        notices.append(texts("没有“{found}”这种时间类型，现显示最近十二个月。", found=kind))
    return (choices[0] if choices else rolling_year(span[1])), kind in KINDS


def kind_of(period: Period, tree: Tree) -> str:
    """Which of the chooser's kinds a period belongs to ('' for any other range)."""
    if period.kind in ("quarter", "month"):
        return period.kind
    if period.span != 12:
        return ""
    if period.kind == "statistical_year" or (
        period.first % 100 == tree.statistical_year_starts and period.kind != "year"
    ):
        return (
            "statistical_year"
            if period.kind == "statistical_year" or tree.statistical_year_starts != 10
            else "rolling"
        )
    return "year" if period.kind == "year" else "rolling"


def statistical_year_of(tree: Tree, year: int) -> Period:
    """The statistical year that ends in `year`, as the tree counts it."""
    first = (year - 1) * 100 + tree.statistical_year_starts
    last = month_add(first, 11)
    return parse(f"SY{year}") if tree.statistical_year_starts == 10 else month_range(first, last)


def period_choices(kind: str, span: Months, tree: Tree) -> list[Period]:
    """The periods of a kind that touch the months with data, newest first."""
    first, last = span
    years = range(last // 100 + 1, first // 100 - 1, -1)
    if kind == "month":
        found = [month_period(month) for month in reversed(month_range(first, last).months)]
    elif kind == "quarter":
        found = [quarter(year, number) for year in years for number in (4, 3, 2, 1)]
    elif kind == "year":
        found = [calendar_year(year) for year in years]
    elif kind == "statistical_year":
        found = [statistical_year_of(tree, year) for year in years]
    else:
        ends = [
            month for month in reversed(month_range(first, last).months) if month_add(month, -11) >= first
        ]
        found = [rolling_year(month) for month in ends or [last]]
    kept = [period for period in found if period.first <= last and period.last >= first]
    return sorted(kept, key=lambda period: period.last > last)


def month_earlier(period: Period) -> Period:
    """As long a run of months that ends a month before."""
    return month_range(month_add(period.first, -1), month_add(period.last, -1))


def steps_before(step: str, last: int, first: int) -> Sequence[Period]:
    """The periods of a trend, oldest first: single months, quarters or rolling years up to `last`, from `first` on."""
    months = list(month_range(max(first, month_add(last, -35)), last).months)
    if step == "quarter":
        found = [quarter(month // 100, month % 100 // 3) for month in months if month % 100 % 3 == 0]
        return [period for period in found if period.first >= first]
    if step == "rolling":
        return [rolling_year(month) for month in months if month_add(month, -11) >= first]
    return [month_period(month) for month in months]
