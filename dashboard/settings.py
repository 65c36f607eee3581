"""Settings: `config.toml`, overridden by the environment as MCH_<SETTING>. Read when asked, never at import."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from loaders.limits import DEFAULT, Limits
from reference.strict import suggest

PREFIX = "MCH_"
LOOPBACK = ("127.0.0.1", "localhost", "::1")  # addresses that only this machine reaches
PROJECT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting cannot be used; the message names the file or variable, the setting and what is expected."""


# Stands for the data folder in other settings, so that who moves that folder moves all that is kept.
DATA = "{data_dir}"
# What a text must look like, for those who read no patterns.
SHAPES = {
    "public_url": "should be the address that people type, without a path: https://mch.example",
    "secret_key": "should have 32 characters or more and no space (openssl rand -base64 32); to change it, the new one, a space, the old one",
    "oidc_issuer": "should be an address: https://login.example/realm",
}


class Settings(BaseSettings):
    """Every setting, as in config.toml. `home` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path
    database_url: str = f"sqlite:///{DATA}/mch.sqlite"
    data_dir: Path = Path("data")
    overlays: tuple[Path, ...] = (Path(DATA) / "reference", Path(DATA) / "demo" / "reference")
    host: str = "127.0.0.1"
    port: int = Field(8050, ge=1, le=65535)
    threads: int = Field(8, ge=1, le=256)
    serve_workers: int = Field(0, ge=0, le=64)
    stop_seconds: int = Field(30, ge=1, le=600)
    trusted_proxy: str = ""
    metrics_token: str = Field("", repr=False)
    log_format: Literal["text", "json"] = "text"
    least_free_megabytes: int = Field(2048, ge=0, le=1_048_576)
    answers_seconds: int = Field(20, ge=0, le=600)
    language: Literal["zh", "en"] = "zh"
    workers: int = Field(0, ge=0, le=256)
    batch: int = Field(50, ge=1, le=1000)
    upload_max_megabytes: int = Field(10, ge=1, le=200)
    reader_seconds: int = Field(DEFAULT.seconds, ge=1, le=600)
    reader_megabytes: int = Field(DEFAULT.megabytes, ge=100, le=16_384)
    reader_unpacked_megabytes: int = Field(DEFAULT.unpacked_megabytes, ge=1, le=8_192)
    reader_cells: int = Field(DEFAULT.cells, ge=1_000, le=100_000_000)
    reader_rows: int = Field(DEFAULT.rows, ge=100, le=1_048_576)
    reader_sheets: int = Field(DEFAULT.sheets, ge=1, le=10_000)
    reader_parts: int = Field(DEFAULT.parts, ge=1, le=100_000)
    exchange_base: str = Field("urn:mch:guizhou", min_length=1, max_length=200)
    backup_dir: str = ""
    backup_keep: int = Field(14, ge=1, le=10_000)
    remind_days_before: tuple[int, ...] = (5, 1)
    remind_days_after: tuple[int, ...] = (1, 7)
    flags_notice_day: int = Field(16, ge=1, le=28)
    smtp_host: str = ""
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_sender: str = "mch@localhost"
    smtp_user: str = ""
    smtp_password: str = Field("", repr=False)
    demo_months: int = Field(13, ge=1, le=120)
    sign_in: bool = True
    public_url: str = Field("", pattern=r"^(https?://[^/\s]+)?$")
    session_idle_minutes: int = Field(30, ge=1, le=1440)
    session_hours: int = Field(12, ge=1, le=168)
    password_length: int = Field(10, ge=8, le=64)
    password_complexity: bool = False
    secret_key: str = Field("", repr=False, pattern=r"^(\S{32,}( +\S{32,})*)?$")
    password_days: int = Field(0, ge=0, le=3650)
    uploads_per_minute: int = Field(300, ge=1, le=100_000)
    downloads_per_minute: int = Field(60, ge=1, le=100_000)
    requests_per_minute: int = Field(600, ge=30, le=1_000_000)
    oidc_issuer: str = Field("", pattern=r"^(https?://\S+)?$")
    oidc_client: str = ""
    oidc_secret: str = Field("", repr=False)
    oidc_name: str = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose keys come in as arguments."""
        return env_settings, init_settings

    def path(self, path: Path) -> Path:
        """A path of the settings, made absolute from `home`; {data_dir} in it is the data folder."""
        return self.home / str(path).replace(DATA, str(self.data_dir))

    @property
    def data(self) -> Path:
        """The data folder, absolute."""
        return self.path(self.data_dir)

    @property
    def originals(self) -> Path:
        """Where the bytes of every upload are kept."""
        return self.data / "originals"

    @property
    def backup_folder(self) -> Path | None:
        """Where scheduled backups go, absolute; None where there are to be none."""
        return self.path(Path(self.backup_dir)) if self.backup_dir else None

    @property
    def processes(self) -> int:
        """How many processes answer requests; by itself one on SQLite, where one writes at a time, else one a core."""
        by_itself = 1 if self.database_url.startswith("sqlite") else os.cpu_count() or 1
        return self.serve_workers or by_itself

    @property
    def limits(self) -> Limits:
        """What reading one file may cost."""
        return Limits(
            seconds=self.reader_seconds,
            megabytes=self.reader_megabytes,
            unpacked_megabytes=self.reader_unpacked_megabytes,
            cells=self.reader_cells,
            rows=self.reader_rows,
            sheets=self.reader_sheets,
            parts=self.reader_parts,
        )

    @property
    def overlay_folders(self) -> tuple[Path, ...]:
        """Overlay folders that exist, absolute."""
        return tuple(folder for folder in map(self.path, self.overlays) if folder.is_dir())

    @property
    def store_url(self) -> str:
        """The database's URL; a relative SQLite path starts at `home`, whatever the working directory."""
        scheme, separator, rest = self.database_url.partition(":///")
        if separator and scheme.startswith("sqlite") and rest and rest != ":memory:":
            return f"{scheme}:///{self.path(Path(rest))}"
        return self.database_url


def config_file() -> Path:
    """MCH_CONFIG when given, else config.toml in the working directory, else the project's own."""
    if given := os.environ.get(f"{PREFIX}CONFIG"):
        return Path(given).resolve()
    here = Path.cwd() / "config.toml"
    return here if here.exists() else PROJECT / "config.toml"


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings; raises SettingsError with the way to mend it."""
    path = path or config_file()
    if os.environ.get(f"{PREFIX}CONFIG") and not path.exists():
        raise SettingsError(f"MCH_CONFIG names {path}, which is not there: mend the path, or unset it")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a readable TOML file: {error}") from None
    known = sorted(name for name in Settings.model_fields if name != "home")
    for key in values:
        if key not in known:
            raise SettingsError(f"{path}: unknown setting '{key}'{suggest(key, known)}")
    try:
        return Settings(**{"home": path.parent, **values})
    except ValidationError as error:
        raise SettingsError("; ".join(_explain(fault, path) for fault in error.errors())) from None


def _explain(fault: object, path: Path) -> str:
    assert isinstance(fault, dict)
    name = str(fault["loc"][0])
    variable = f"{PREFIX}{name.upper()}"
    place = f"environment variable {variable}" if variable in os.environ else str(path)
    known = Settings.model_fields.get(name)
    found = (
        "" if known is not None and not known.repr else f" (found: {fault['input']!r})"
    )  # no secret on a screen
    said = SHAPES.get(name) if fault["type"] == "string_pattern_mismatch" else None
    return f"{place}: setting '{name}': {said or fault['msg']}{found}"
