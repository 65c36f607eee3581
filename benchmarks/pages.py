"""Pages side by side with the floor: `python -m benchmarks.pages [--store FOLDER] [--rounds N] [--users N] [--seconds N]`.

The floor is an empty Dash page with the same component libraries, in the same run, taken in turns with ours. Measured in a
Chromium without cache: first load of the overview (time to its last paint, bytes over the wire), a second load with what the
first one left in the cache, and later changes of page. Then, over the store set back to five years, every page's callback
asked by 50 users at once. `--store`: a folder that `mch demo` has filled. Loopback only; everything ends by itself.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import dash
import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import dcc, html
from PIL import Image, ImageChops
from waitress import create_server

from benchmarks import loading
from benchmarks.years import set_back
from dashboard.app import create_app
from dashboard.compressing import compress_answers
from dashboard.settings import Settings
from dashboard.workspace import open_workspace
from store.database import Store

PATHS = (
    "/",
    "/?area=520300",
    "/?area=520500&indicator=systematic_management_rate",
    "/indicator/prenatal_screening_coverage",
    "/indicator/caesarean_rate?area=520100",
    "/area/520303",
    "/area/522601?kind=statistical_year",
    "/grading",
    "/follow-ups",
    "/methods",
    "/submissions",
    "/calendar?area=520300",
    "/quality?area=520300",
    "/source?indicator=prenatal_screening_coverage&area=520300",
    "/source?indicator=prenatal_screening_coverage&area=520303",
)
CHANGES = (
    *("/indicator", "/area", "/matrix", "/severe", "/grading", "/follow-ups"),
    *("/methods", "/calendar", "/quality", "/submissions", "/"),
)
# The moment of the last change anywhere on the page, and that of the last click, as seconds of the clock.
WATCH = """(() => { window.lastPaint = 0; window.asked = 0; window.clicked = 0; let waits = false;
  new MutationObserver(() => { if (!waits) { waits = true; requestAnimationFrame(() => { waits = false; window.lastPaint = performance.now(); }); } })
    .observe(document, {childList: true, subtree: true, attributes: true, characterData: true});
  document.addEventListener('click', () => { window.asked = performance.now(); window.clicked = Date.now() / 1000; }, true);
})();"""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def floor() -> dash.Dash:
    """An empty page that loads the same component libraries as ours."""
    app = dash.Dash("floor", serve_locally=True, suppress_callback_exceptions=True, assets_folder="none")
    app.layout = dmc.MantineProvider(
        [dcc.Location(id="url"), html.Div("floor", id="page"), html.Div(dag.AgGrid(id="none"), hidden=True)]
    )
    compress_answers(app.server)
    return app


@contextmanager
def served(app: dash.Dash, threads: int = 8) -> Iterator[str]:
    """The app on a port of this machine."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app.server, host="127.0.0.1", port=0, threads=threads)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(timeout=5)


def settled(page: Any, since: float = 0) -> float:
    """Milliseconds at which the page changed last."""
    last = -1.0
    while True:
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        now = float(page.evaluate("window.lastPaint"))
        if now == last and now > since:
            return now
        last = now


def first_load(browser: Any, address: str, wanted: str) -> tuple[float, float, float, float]:
    """Last paint and kilobytes of a load without and of one with a cache."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    sizes: list[float] = []
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    found: list[float] = []
    for _ in range(2):
        sizes.clear()
        page.goto(address)
        page.wait_for_selector(wanted)
        found += [settled(page), sum(sizes) / 1024]
    context.close()
    return found[0], found[1], found[2], found[3]


# Of 255: what the same corner drawn again may differ by (up to 6 was seen), far below what an eye tells apart.
UNSEEN = 16


class Pictures:
    """The window's pictures as they come to the screen: when it last showed another one than before."""

    def __init__(self, wire: Any) -> None:
        self._wire = wire
        self._came_in: list[tuple[float, str]] = []
        wire.on("Page.screencastFrame", self._came)
        wire.send("Page.startScreencast", {"format": "jpeg", "quality": 80, "everyNthFrame": 1})

    def _came(self, frame: dict[str, Any]) -> None:
        if not self._came_in or frame["data"] != self._came_in[-1][1]:
            self._came_in.append((float(frame["metadata"]["timestamp"]), frame["data"]))
        self._wire.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    def changed(self) -> float:
        """Seconds of the clock at the last picture that an eye could tell from the one before; looked at when all is over."""
        (when, first), *others = self._came_in
        before = _picture(first)
        for came, data in others:
            now = _picture(data)
            apart: Any = ImageChops.difference(before, now).getextrema()
            if max(high for _, high in apart) > UNSEEN:
                when, before = came, now
        self._came_in = self._came_in[-1:]
        return when


def _picture(data: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def page_changes(browser: Any, address: str, rounds: int) -> dict[str, list[tuple[float, float, float]]]:
    """Of each change of page by a click in the menu, each page seen once before, in milliseconds: until the window's picture no
    longer changed, until nothing of the page changed, and the processor's time in the page's own process."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WATCH)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    page.wait_for_selector("#menu a")
    settled(page)
    took: dict[str, list[tuple[float, float, float]]] = {path: [] for path in CHANGES}
    pictures = Pictures(wire)
    for number in range(1 + rounds):
        for path in CHANGES:
            before = _worked(wire)
            page.locator(f"#menu a[href^='{path}?']").first.click()
            page.wait_for_url(f"**{path}?**")
            asked = page.evaluate("window.asked")
            settled(page, asked)
            page.wait_for_selector(".later", state="detached")  # what was out of sight is drawn last
            whole = settled(page, asked) - asked
            changed = pictures.changed()
            if number:
                seen = (changed - page.evaluate("window.clicked")) * 1000
                took[path].append((seen, whole, _worked(wire) - before))
    context.close()
    return took


def _worked(wire: Any) -> float:
    """Milliseconds of a processor that the page's main thread has used."""
    found = {one["name"]: one["value"] for one in wire.send("Performance.getMetrics")["metrics"]}
    return float(found["TaskDuration"]) * 1000


def in_the_browser(ours: str, empty: str, rounds: int) -> None:
    """Ours and the floor in turns."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        loads: dict[str, list[tuple[float, ...]]] = {"floor": [], "overview": []}
        for _ in range(rounds):
            loads["floor"].append(first_load(browser, empty, "#page"))
            loads["overview"].append(first_load(browser, ours, "#page h1"))
        middle = {
            name: [median(row[place] for row in found) for place in range(4)] for name, found in loads.items()
        }
        print(f"{'page':<12}{'first ms':>10}{'KB':>8}{'again ms':>10}{'KB':>8}")
        for name, (first, size, again, less) in middle.items():
            print(f"{name:<12}{first:>10.0f}{size:>8.0f}{again:>10.0f}{less:>8.0f}")
        print(
            f"overview / floor: first {middle['overview'][0] / middle['floor'][0]:.2f}×, again {middle['overview'][2] / middle['floor'][2]:.2f}×"
        )
        print(
            f"\n{'change to':<14}{'in sight':>10}{'all':>8}{'CPU':>8}   ms; load average {os.getloadavg()[0]:.1f}"
        )
        for path, found in page_changes(browser, ours, rounds).items():
            seen, whole, worked = (median(row[place] for row in found) for place in range(3))
            print(f"{path:<14}{seen:>10.0f}{whole:>8.0f}{worked:>8.0f}")
        browser.close()


OUTPUTS = "..header.children...menu.children...page.children...page-name.data.."


def question(path: str) -> bytes:
    """What the browser sends when the address changes."""
    place, _, search = path.partition("?")
    names = ("header.children", "menu.children", "page.children", "page-name.data")
    return json.dumps(
        {
            "output": OUTPUTS,
            "outputs": [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names],
            "inputs": [
                {"id": "url", "property": "pathname", "value": place},
                {"id": "url", "property": "search", "value": f"?{search}" if search else ""},
            ],
            "changedPropIds": ["url.pathname"],
        }
    ).encode()


def ask(address: str, path: str) -> float:
    """Milliseconds that the server took for a page's callback."""
    headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip", "X-MCH-Request": "1"}
    asked = urllib.request.Request(f"{address}/_dash-update-component", question(path), headers)
    began = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=60) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1000


def many_users(address: str, users: int, seconds: float) -> None:
    """Every page asked by many users at once, each pausing as a reader does; and one alone, in processor time."""
    for path in PATHS:
        ask(address, path)
    alone = {}
    for path in PATHS:
        before = _processor()
        wall = sorted(ask(address, path) for _ in range(7))
        alone[path] = ((_processor() - before) / 7 * 1000, wall[3])
    took: dict[str, list[float]] = {path: [] for path in PATHS}
    until = time.perf_counter() + seconds

    def reader(number: int) -> None:
        place = number
        while time.perf_counter() < until:
            path = PATHS[place % len(PATHS)]
            took[path].append(ask(address, path))
            place += 1
            time.sleep(2 + (number * 7 + place * 3) % 20 / 10)

    before, began = _processor(), time.perf_counter()
    with ThreadPoolExecutor(users) as pool:
        list(pool.map(reader, range(users)))
    spent = time.perf_counter() - began
    every = [one for found in took.values() for one in found]
    print(
        f"\n{users} users, {len(every)} callbacks in {spent:.0f} s, processor time {_processor() - before:.1f} s; load average {os.getloadavg()[0]:.1f}"
    )
    print(f"{'callback':<66}{'CPU ms':>8}{'alone':>8}{'p50':>8}{'p95':>8}")
    for path, found in took.items():
        if len(found) > 1:
            print(
                f"{path:<66}{alone[path][0]:>8.0f}{alone[path][1]:>8.0f}{median(found):>8.0f}{quantiles(found, n=20)[-1]:>8.0f}"
            )
    print(f"{'all':<82}{median(every):>8.0f}{quantiles(every, n=20)[-1]:>8.0f}")


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Make or take the store, serve both apps, measure."""
    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = Path(given["--store"]) if "--store" in given else folder / "made"
        if "--store" not in given:
            loading.run(source, 13)
        reference = next(one for one in (source / "demo" / "reference", source / "reference") if one.exists())
        shutil.copytree(reference, folder / "reference")
        shutil.copy(source / "mch.sqlite", folder / "mch.sqlite")
        store = Store(f"sqlite:///{folder / 'mch.sqlite'}", folder / "originals")
        set_back(store)
        store.close()
        settings = Settings(
            home=folder,
            database_url=f"sqlite:///{folder / 'mch.sqlite'}",
            data_dir=folder,
            overlays=(folder / "reference",),
            sign_in=False,
        )
        workspace = open_workspace(settings, prepare=True)
        with served(create_app(workspace)) as ours, served(floor()) as empty:
            urllib.request.urlopen(ours, timeout=60).close()
            for path in PATHS:
                ask(ours, path)
            if int(given.get("--rounds", 5)):
                in_the_browser(ours, empty, int(given.get("--rounds", 5)))
            many_users(ours, int(given.get("--users", 50)), float(given.get("--seconds", 30)))
        workspace.close()


if __name__ == "__main__":
    main()
