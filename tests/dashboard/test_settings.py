"""Settings: the file, the environment over it, and clear words when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.settings import Settings, SettingsError, config_file, load_settings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("MCH_") and name not in ("MCH_REQUIRE_ALL", "MCH_TEST_POSTGRESQL_URL"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_file_then_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "port = 9001\nlanguage = 'en'\n")
    assert load_settings(path).port == 9001
    monkeypatch.setenv("MCH_PORT", "9002")
    monkeypatch.setenv("MCH_DATABASE_URL", "postgresql+psycopg://clerk@db/mch")
    settings = load_settings(path)
    assert (settings.port, settings.language, settings.store_url) == (
        9002,
        "en",
        "postgresql+psycopg://clerk@db/mch",
    )


def test_relative_paths_start_at_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "")
    monkeypatch.chdir("/")
    settings = load_settings(path)
    assert settings.store_url == f"sqlite:///{tmp_path}/data/mch.sqlite"
    assert settings.originals == tmp_path / "data" / "originals"


def test_what_is_kept_moves_with_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = tmp_path / "elsewhere"
    (moved / "reference").mkdir(parents=True)
    monkeypatch.setenv("MCH_DATA_DIR", str(moved))
    settings = load_settings(written(tmp_path, ""))
    assert settings.store_url == f"sqlite:///{moved}/mch.sqlite"
    assert settings.overlay_folders == (moved / "reference",)


def test_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    path = written(tmp_path, "databse_url = 'sqlite:///x'\n")
    with pytest.raises(SettingsError, match=r"databse_url.*did you mean 'database_url'"):
        load_settings(path)


def test_wrong_value_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCH_PORT", "eighty")
    with pytest.raises(SettingsError, match=r"MCH_PORT.*eighty"):
        load_settings(written(tmp_path, ""))


def test_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"config.toml"):
        load_settings(written(tmp_path, "port = = 3"))


def test_the_shipped_file_is_the_defaults() -> None:
    shipped = load_settings(config_file())
    plain = Settings(home=shipped.home)
    assert shipped == plain
