import re
import tomllib
from importlib import metadata
from pathlib import Path

from indicators.result import Comparison
from reference.data_elements import ValueNote
from reference.registry import HOME

ROOT = Path(__file__).resolve().parents[2]
NOTICE = (ROOT / "NOTICE.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")


def name_of(requirement):
    return re.match(r"[A-Za-z0-9_.-]+", requirement)[0]


def test_every_direct_dependency_has_its_licence_in_the_notice():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {name_of(one) for one in (*project["dependencies"], *project["optional-dependencies"]["dev"])}
    listed = dict(re.findall(r"^\| ([a-z0-9-]+) \| ([0-9.]+) \| \S", NOTICE, re.MULTILINE))
    assert set(listed) == wanted
    assert {name: metadata.version(name) for name in wanted} == listed


def test_the_notice_carries_the_map_review_number_of_the_outlines():
    assert "审图号 GS（2024）0650号" in NOTICE
    assert "审图号 GS（2024）0650号" in (HOME / "geo" / "SOURCE.md").read_text(encoding="utf-8")


def test_the_glossary_fixes_the_words_of_the_code():

    words = [member.value for member in (*ValueNote, *Comparison) if member.value != "no_target"]
    missing = [word for word in words if word.replace("_", " ") not in GLOSSARY]
    assert missing == []


def test_every_row_of_the_glossary_has_both_languages():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", GLOSSARY, re.MULTILINE)
    words = [row for row in rows if row[0] not in ("English", "---")]
    assert len(words) > 80
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) and meaning for _, chinese, meaning in words)
    assert len({english for english, _, _ in words}) == len(words)
