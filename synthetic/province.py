"""Writing the made-up province: a folder of workbooks by month, as hospitals and counties would send them.

Layout: `workbooks/2026-10/…xlsx` or `.csv`, `reference/organisations.csv` with the made-up hospitals, `manifest.json`.
"""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loaders.forms import Forms, load_forms
from loaders.template import TemplateRow, write_template
from reference.organisations import Organisation
from reference.periods import Period, calendar_year, month_add, month_period
from reference.registry import Registry, load_registry
from synthetic.quarterly import load_services, quarter_ending, residents_of_2020, service_counts
from synthetic.register import register_rows
from synthetic.resources import FORM as RESOURCES
from synthetic.resources import resource_rows
from synthetic.roughen import FAULTS, as_csv, as_typed, dress, spoil, spoil_workbook
from synthetic.severe import FORM as CASES
from synthetic.severe import case_rows
from synthetic.truth import (
    Truth,
    Window,
    county_counts,
    expected_births,
    institution_counts,
    is_silent,
    load_truth,
)

SEED = 20211219  # the day of the provincial plan
LAST = 202610
HOSPITALS = 62  # made-up hospitals, in the counties with most births
STAYING = 0.85  # share of births that happen in a county's own institutions; the rest goes to prefecture and province
DRESSED, COMMA_SEPARATED, FAULTY = 0.04, 0.03, 0.01  # shares of workbooks


@dataclass
class Manifest:
    """What was written: `faulty` maps each faulty file to its fault; every one is followed by its corrected file."""

    seed: int
    first: int
    last: int
    files: int = 0
    faulty: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """Who sends what: the form, the organisation, and what sizes it (children of age 0 in 2020, or births' share)."""

    form: str
    organisation: str
    children: float
    city: bool


def write_province(
    folder: Path,
    *,
    months: int,
    last: int = LAST,
    seed: int = SEED,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Write `months` months ending with `last` into `folder`; earlier workbooks there are removed first.

    The result depends on seed and months alone, not on the number of workers.
    """
    shutil.rmtree(folder / "workbooks", ignore_errors=True)
    (folder / "reference").mkdir(parents=True, exist_ok=True)
    write_hospitals(folder / "reference", load_registry())
    window = Window(seed, month_add(last, 1 - months), last)
    manifest = Manifest(seed, window.first, last)
    tasks = [(folder, window, month) for month in month_range_of(window)]
    for done, (files, faulty) in enumerate(_run(tasks, workers or multiprocessing.cpu_count()), 1):
        manifest.files += files
        manifest.faulty |= faulty
        if progress:
            progress(done, len(tasks))
    (folder / "manifest.json").write_text(
        json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return manifest


def month_range_of(window: Window) -> list[int]:
    """Every month of the window."""
    found = [window.first]
    while found[-1] != window.last:
        found.append(month_add(found[-1], 1))
    return found


Task = tuple[Path, Window, int]


def _run(tasks: Sequence[Task], workers: int) -> Iterator[tuple[int, dict[str, str]]]:
    if workers <= 1 or len(tasks) == 1:
        yield from map(write_month, tasks)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(write_month, tasks)


@dataclass(frozen=True)
class Press:
    """What writing a month needs."""

    registry: Registry
    forms: Forms
    truth: Truth
    senders: tuple[Sender, ...]


_press: Press | None = None


def press(folder: Path) -> Press:
    """Reference data with the made-up hospitals, read once a process."""
    global _press
    if _press is None:
        registry = load_registry((folder / "reference",))
        _press = Press(registry, load_forms(registry), load_truth(), tuple(_senders(registry)))
    return _press


def write_month(task: Task) -> tuple[int, dict[str, str]]:
    """Write one month's workbooks; gives how many and which are faulty."""
    folder, window, month = task
    found = press(folder)
    target = folder / "workbooks" / month_period(month).code
    target.mkdir(parents=True, exist_ok=True)
    files, faulty = 0, {}
    for sender in found.senders:
        if is_silent(found.truth, window, sender.organisation, month):
            continue
        for name, content, fault in _send(found, window, sender, month):
            (target / name).write_bytes(content)
            files += 1
            if fault:
                faulty[f"{target.name}/{name}"] = fault
    if rows := register_rows(found.truth, found.registry, window, month):
        (target / "妇幼保健机构等级登记.xlsx").write_bytes(
            _workbook(found, "grade_register", month, "520000", rows)
        )
        files += 1
    if rows := resource_rows(found.truth, found.registry, window, month, children_of_2020(found.registry)):
        content = _workbook(found, RESOURCES, month, "520000", rows, calendar_year(month // 100))
        (target / f"妇幼保健机构资源与运营年报{month // 100}.xlsx").write_bytes(content)
        files += 1
    for name, content in (*_services(found, window, month), *_cases(found, window, month)):
        (target / name).write_bytes(content)
        files += 1
    return files, faulty


def _services(found: Press, window: Window, month: int) -> Iterator[tuple[str, bytes]]:
    """The counties' quarterly returns of services, with the quarter's last month."""
    period = quarter_ending(window, month)
    if period is None:
        return
    children, residents = children_of_2020(found.registry), residents_of_2020(found.registry)
    for county in found.registry.organisations.at_level("county"):
        if is_silent(found.truth, window, county.code, month):
            continue
        for service in load_services().forms:
            counts = service_counts(
                found.truth,
                window,
                service,
                county.code,
                children[county.code],
                residents[county.code],
                period,
            )
            row = TemplateRow(county.code, {(element, ""): value for element, value in counts.items()})
            name = f"{county.zh}{found.forms.get(service.code).zh}{period.code}.xlsx"
            yield name, _workbook(found, service.code, month, county.code, [row], period)


def _cases(found: Press, window: Window, month: int) -> Iterator[tuple[str, bytes]]:
    """Each prefecture's list of severe maternal cases of its institutions, and the province's of its own."""
    organisations, severe = found.registry.organisations, load_services().severe
    lists: dict[str, list[TemplateRow]] = {}
    for sender in found.senders:
        if sender.form != "delivery_institution_monthly":
            continue
        expected = expected_births(found.truth, 1, month) * sender.children
        counts = institution_counts(found.truth, window, sender.organisation, expected, month)
        areas = [one for one in organisations.ancestors(sender.organisation) if one[2:] != "0000"]
        top, home = (areas[-1], areas[0]) if areas else ("520000", "520102")
        cases = case_rows(severe, window, sender.organisation, home, month, counts)
        lists.setdefault(top, []).extend(cases)
    for area, rows in lists.items():
        if rows:
            name = f"{organisations.get(area).zh}{found.forms.get(CASES).zh}{month_period(month).code}.xlsx"
            yield name, _workbook(found, CASES, month, area, rows)


def _send(found: Press, window: Window, sender: Sender, month: int) -> Iterator[tuple[str, bytes, str]]:
    """One sender's workbook of the month; a faulty one first, then the corrected one, as real senders do."""
    random = window.random("hands", sender.organisation, month)
    row = row_of(found, window, sender, month)
    typed = TemplateRow(
        row.organisation, as_typed(_whole(row), random, 0.15 if random.random() < 0.3 else 0.0)
    )
    kind, number = random.random(), month_period(month).code
    base = (
        f"{found.registry.organisations.get(sender.organisation).zh}{found.forms.get(sender.form).zh}{number}"
    )
    if kind < FAULTY:
        fault = FAULTS[int(random.integers(len(FAULTS)))]
        yield (
            f"{base}-1.xlsx",
            spoil_workbook(
                _workbook(found, sender.form, month, sender.organisation, [spoil(fault, typed)]), fault
            ),
            fault,
        )
        yield f"{base}-2更正.xlsx", _workbook(found, sender.form, month, sender.organisation, [row]), ""
        return
    content = _workbook(found, sender.form, month, sender.organisation, [typed])
    if kind < FAULTY + COMMA_SEPARATED:
        yield f"{base}.csv", as_csv(content), ""
    elif kind < FAULTY + COMMA_SEPARATED + DRESSED:
        yield f"{base}.xlsx", dress(content, random, "已与台账核对"), ""
    else:
        yield f"{base}.xlsx", content, ""


def _whole(row: TemplateRow) -> dict[tuple[str, str], int]:
    return {key: value for key, value in row.values.items() if isinstance(value, int)}


def row_of(found: Press, window: Window, sender: Sender, month: int) -> TemplateRow:
    """What a sender returns for a month, as numbers, before they are typed into its workbook."""
    if sender.form == "county_monthly":
        counts = county_counts(
            found.truth, window, sender.organisation, round(sender.children), sender.city, month
        )
        return TemplateRow(sender.organisation, counts)
    expected = expected_births(found.truth, 1, month) * sender.children
    here = institution_counts(found.truth, window, sender.organisation, expected, month)
    named = {one.element for one in found.forms.get(sender.form).editions[0].fields}
    return TemplateRow(
        sender.organisation, {(element, ""): value for element, value in here.items() if element in named}
    )


def _workbook(
    found: Press,
    form: str,
    month: int,
    organisation: str,
    rows: Sequence[TemplateRow],
    period: Period | None = None,
) -> bytes:
    target = io.BytesIO()
    period = period or month_period(month)
    write_template(
        found.forms.get(form),
        found.registry,
        target,
        on=period.last_day,
        organisation=organisation,
        period=period,
        rows=rows,
    )
    return target.getvalue()


def children_of_2020(registry: Registry) -> dict[str, int]:
    """County → children of age 0 at the census."""
    return {one.organisation: one.value for one in registry.populations if one.element == "population_age_0"}


def _senders(registry: Registry) -> Iterator[Sender]:
    """Counties and 贵安新区 for their residents; institutions for the births that happen in them."""
    children = children_of_2020(registry)
    counties = registry.organisations.at_level("county")
    for county in counties:
        yield Sender("county_monthly", county.code, children[county.code], county.zh.endswith("区"))
    yield Sender("county_monthly", "52GA00", 900, True)
    here: dict[str, list[Organisation]] = {}
    for one in registry.organisations.at_level("institution"):
        here.setdefault(one.parent, []).append(one)
    for county in counties:
        for one in here.get(county.code, []):
            yield Sender(
                "delivery_institution_monthly",
                one.code,
                children[county.code] * STAYING / len(here[county.code]),
                False,
            )
    for area, share in _referred(registry, children):
        for one in here.get(area, []):
            yield Sender("delivery_institution_monthly", one.code, share / len(here[area]), False)


def _referred(registry: Registry, children: dict[str, int]) -> Iterable[tuple[str, float]]:
    """Births that counties send on: most to the prefecture's institution, some to the province's."""
    for prefecture in registry.organisations.at_level("prefecture"):
        below = sum(
            children[one.code] for one in registry.organisations.descendants(prefecture.code, level="county")
        )
        yield prefecture.code, below * (1 - STAYING) * 0.8
    total = sum(children[one.code] for one in registry.organisations.at_level("county"))
    yield "520000", total * (1 - STAYING) * 0.2


FIELDS = ("code", "tree", "level", "kind", "zh", "en", "short", "parent", "source", "verified", "note")


def write_hospitals(folder: Path, registry: Registry) -> None:
    """The overlay with the made-up hospitals, one in each of the counties with most births."""
    children = children_of_2020(registry)
    counties = sorted(registry.organisations.at_level("county"), key=lambda one: -children[one.code])[
        :HOSPITALS
    ]
    with (folder / "organisations.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, FIELDS)
        writer.writeheader()
        for county in sorted(counties, key=lambda one: one.code):
            writer.writerow(
                {
                    "code": f"SYN{county.code}",
                    "tree": "guizhou",
                    "level": "institution",
                    "kind": "hospital",
                    "zh": f"{county.zh}示例医院",
                    "en": f"{county.en} Example Hospital",
                    "short": f"{county.short}示例医院",
                    "parent": county.code,
                    "source": "synthetic",
                    "verified": "no",
                    "note": "Made up for demonstration; no such hospital exists",
                }
            )
