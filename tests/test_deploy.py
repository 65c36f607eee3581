"""The files an operator copies name commands, settings and paths that there are, and no registry."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import typer
import yaml

from dashboard.cli.program import program
from dashboard.running.metrics import SHARED
from dashboard.running.shelf import PASSWORD
from dashboard.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
GUIDES = [
    ROOT / "docs" / "operations.md",
    ROOT / "docs" / "operations.zh-CN.md",
    ROOT / "docs" / "security-operations.md",
]
FILES = sorted(one for one in DEPLOY.iterdir() if one.is_file() and one.suffix != ".py")
# Variables that are no settings: where the settings are, secrets of single commands, and the compose file's own.
OTHERS = {"MCH_CONFIG", "MCH_LOG_LEVEL", PASSWORD, "MCH_DB_PASSWORD", "MCH_BACKUPS"}


def commands() -> set[str]:
    return set(typer.main.get_command(program()).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [*FILES, *GUIDES], ids=lambda path: path.name)
def test_commands_and_settings_named_are_there(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:`|/|Scripts\\|\[|do |sh -c )mch[ ,]+\"?([a-z][a-z-]+)", text)
    named = [one for one in named if path.suffix != ".conf"]
    assert sorted(set(named) - commands()) == []
    settings = {f"MCH_{name.upper()}" for name in Settings.model_fields} | OTHERS | {SHARED}
    assert sorted(set(re.findall(r"\bMCH_[A-Z_]+[A-Z]\b", text)) - settings) == []


def test_the_guides_name_many_commands():
    for path in GUIDES[:2]:
        text = path.read_text(encoding="utf-8")
        for command in ("init", "serve", "backup", "restore", "move", "doctor", "run-scheduled", "load"):
            assert f"mch {command}" in text, f"{path.name} says nothing of {command}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_registry_or_outside_address_is_named(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://(?!127\.0\.0\.1|mch\b|\$)[\w.]+", text) == []
    images = re.findall(r"^\s*(?:FROM|image:)\s+(\S+)", text, re.MULTILINE)
    assert [one for one in images if "/" in one] == []


def test_paths_named_in_the_guides_are_there():
    for path in GUIDES:
        for name in re.findall(r"`(deploy/[\w./-]+)`", path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists() or name == "deploy/.env", name


def test_compose_file():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"database", "web", "scheduled"}
    assert services["web"]["command"] == ["mch", "serve"]
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"]), "nginx stands in front"
    assert "ports" not in services["database"]
    for name in ("MCH_PUBLIC_URL", "MCH_DATABASE_URL"):  # it does not start without
        assert ":?" in services["web"]["environment"][name]
    assert services["web"]["env_file"] == ".env"  # MCH_SECRET_KEY and what else may be missing
    assert "MCH_SECRET_KEY" in (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    grace = int(services["web"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings(home=ROOT).stop_seconds


def test_what_the_image_copies_is_there():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = [
        line.split()[1:-1] for line in text.splitlines() if line.startswith("COPY") and "--from" not in line
    ]
    names = [name for names in copied for name in names if not name.startswith("--")]
    assert len(names) >= 2
    assert [name for name in names if not (ROOT / name).exists()] == [], "no pattern that may match nothing"


def test_a_command_by_hand_runs_as_the_service_does(tmp_path):
    """The script itself, with its fixed places moved: settings, secrets and data of the service reach the program."""
    (tmp_path / "secrets").write_text("MCH_DATABASE_URL='postgresql://a:b c@d/e'\n", encoding="utf-8")
    shown = tmp_path / "shown"
    shown.write_text('#!/bin/sh\necho "$MCH_DATABASE_URL|$MCH_CONFIG|$MCH_DATA_DIR|$*"\n', encoding="utf-8")
    shown.chmod(0o755)
    text = (DEPLOY / "mch.sh").read_text(encoding="utf-8")
    for name in ("mch.service", "mch-scheduled.service"):
        for place in ("/etc/mch/config.toml", "/etc/mch/secrets", "/var/lib/mch", "/opt/mch/.venv/bin/mch"):
            assert place in text
            assert place in (DEPLOY / name).read_text(encoding="utf-8")
    moved = text.replace("/etc/mch/secrets", str(tmp_path / "secrets"))
    moved = moved.replace("runuser -u mch -- /opt/mch/.venv/bin/mch", str(shown))
    script = tmp_path / "mch.sh"
    script.write_text(moved, encoding="utf-8")
    said = subprocess.run(
        ["sh", str(script), "audit", "verify"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/bin:/usr/bin"},
    )
    assert said.stdout == "postgresql://a:b c@d/e|/etc/mch/config.toml|/var/lib/mch|audit verify\n"


@pytest.mark.parametrize("name", ["mch.service", "mch-scheduled.service", "mch-scheduled.timer"])
def test_units(name):
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(DEPLOY / name, encoding="utf-8")
    assert unit.has_option("Unit", "Description")
    if name == "mch.service":
        assert int(unit["Service"]["TimeoutStopSec"]) > Settings(home=ROOT).stop_seconds
        assert unit["Service"]["Restart"] == "on-failure"


def test_systemd_itself_has_nothing_to_say(tmp_path):
    """Only the program's own path and account are missing on a machine where it is not installed."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return  # where systemd is not, its units are read above
    for one in DEPLOY.glob("mch*.*"):
        if one.suffix not in (".service", ".timer"):
            continue
        text = (
            one.read_text(encoding="utf-8")
            .replace("/opt/mch/.venv/bin/mch", "/bin/true")
            .replace("User=mch", "User=root")
        )
        (tmp_path / one.name).write_text(text.replace("Group=mch", "Group=root"), encoding="utf-8")
    units = sorted(str(one) for one in tmp_path.iterdir())
    done = subprocess.run(
        [program, "verify", *units], capture_output=True, text=True, check=False, timeout=60
    )
    said = [line for line in done.stderr.splitlines() if "/mch" in line and "Failed to connect" not in line]
    assert said == []


def test_the_proxy_passes_on_what_the_server_believes():
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-ID", "Host"):
        assert f"proxy_set_header {header} " in text
    assert "proxy_request_buffering on" in text
    size = int(re.search(r"client_max_body_size (\d+)m", text)[1])
    assert size > Settings(home=ROOT).upload_max_megabytes
    assert text.count("{") == text.count("}")


def test_everything_installed_without_internet_is_by_hash():
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("wheelhouse:", "audit:", "licences:"):
        assert target in make
    assert "--no-index --find-links $(WHEELHOUSE)" in make
    assert make.count("--require-hashes") == 3


def test_every_test_named_as_proof_is_there():
    text = (ROOT / "docs" / "security-operations.md").read_text(encoding="utf-8")
    written = "\n".join(one.read_text(encoding="utf-8") for one in (ROOT / "tests").rglob("test_*.py"))
    names = re.findall(r"`(test_\w+)`", text)
    assert len(names) > 15
    assert [one for one in names if f"def {one}(" not in written] == []
    paths = re.findall(r"`((?:tests|benchmarks)/[\w/.]+)`", text)
    assert [one for one in paths if not (ROOT / one).exists()] == []
