"""The house's import rules: reference ← store ← {loaders, indicators} ← dashboard, one direction only."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("benchmarks", "dashboard", "indicators", "loaders", "reference", "store", "synthetic", "tests")

# package: (our packages it may import, outside libraries it must never import); the longest matching name rules.
RULES: dict[str, tuple[set[str], set[str]]] = {
    "reference": (set(), {"pandas", "sqlalchemy", "numpy", "openpyxl", "dash", "plotly"}),
    "store": ({"reference"}, {"dash", "plotly", "openpyxl", "python_calamine", "statsmodels"}),
    "loaders": ({"reference"}, {"dash", "plotly", "sqlalchemy", "pandas", "statsmodels"}),
    "loaders.against": ({"reference", "store"}, {"dash", "plotly", "sqlalchemy", "pandas", "statsmodels"}),
    "loaders.relabelled": ({"reference", "store"}, {"dash", "plotly", "sqlalchemy", "pandas", "statsmodels"}),
    "loaders.load": ({"reference", "store"}, {"dash", "plotly", "sqlalchemy", "pandas", "statsmodels"}),
    "indicators": ({"reference"}, {"dash", "plotly", "sqlalchemy", "openpyxl", "python_calamine"}),
    "indicators.results": (
        {"reference", "store"},
        {"dash", "plotly", "sqlalchemy", "openpyxl", "python_calamine"},
    ),
    "indicators.statistics": (set(), {"pandas", "dash", "plotly", "sqlalchemy", "openpyxl"}),
    "synthetic": ({"reference", "loaders"}, {"dash", "plotly", "sqlalchemy"}),
    "dashboard": ({"reference", "store", "loaders", "indicators", "synthetic"}, set()),
    "dashboard.exports": ({"reference", "indicators"}, {"dash", "dash_mantine_components", "dash_ag_grid"}),
}


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("reference", "store", "loaders", "indicators", "synthetic", "dashboard"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def rule_of(module: str) -> tuple[str, set[str], set[str]]:
    name = max((name for name in RULES if module == name or module.startswith(f"{name}.")), key=len)
    return (name, *RULES[name])


def breaches(module: str, names: set[str]) -> list[str]:
    """What a module imports against its rule."""
    own, allowed, never = rule_of(module)
    package = module.partition(".")[0]
    found = []
    for name in sorted(names):
        top = name.partition(".")[0]
        if top in never:
            found.append(f"{module} imports {name}: {own} never uses {top}")
        elif top in OURS and top != package and top not in allowed:
            found.append(f"{module} imports {name}: {own} may not know {top}")
        elif own == "indicators.statistics" and top == package and not name.startswith(own):
            found.append(f"{module} imports {name}: statistics know nothing of ours")
        elif own == "dashboard.exports" and top == package and not name.startswith((own, "dashboard.texts")):
            found.append(f"{module} imports {name}: exports stand apart from the pages")
    return found


@pytest.mark.parametrize(
    ("module", "path"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_keep_the_layers(module: str, path: Path) -> None:
    assert breaches(module, imports(path)) == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("reference.periods", "pandas"),
        ("loaders.read", "store.saving"),
        ("loaders.read", "indicators.flags"),
        ("indicators.calculate", "store.reading"),
        ("indicators.statistics.intervals", "indicators.result"),
        ("store.saving", "loaders.outcome"),
        ("dashboard.exports.results", "dash"),
    ],
)
def test_the_rule_sees_a_breach(module: str, name: str) -> None:
    assert breaches(module, {name})


def test_every_package_is_installed() -> None:
    """Flat packages are listed by hand; one left out would be missing from an installation."""
    listed = set(
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    )
    present = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("reference", "store", "loaders", "indicators", "synthetic", "dashboard")
        for path in (ROOT / package).rglob("__init__.py")
    }
    assert listed == present


def test_nothing_reads_configuration_at_import() -> None:
    """Importing every module opens no database and reads no settings: a fresh interpreter in an empty folder imports them all."""
    names = [name for name, _ in modules() if "migrations" not in name]
    code = f"import importlib, os; before = set(os.listdir('.')); [importlib.import_module(n) for n in {names!r}]; assert set(os.listdir('.')) == before"
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as empty:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=empty,
            capture_output=True,
            text=True,
            check=False,
            env={"MCH_CONFIG": "/nonexistent", "PATH": "/usr/bin"},
        )
    assert done.returncode == 0, done.stderr
