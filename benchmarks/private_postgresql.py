"""A PostgreSQL server of one's own, to be killed and started again: nothing but its own socket, nothing on the network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None where it is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("pg_ctl")
    return installed[-1] if installed else Path(found).parent if found else None


class PrivatePostgreSQL:
    """One server in a folder of its own; every commit on disk before it is acknowledged, as in production."""

    def __init__(self) -> None:
        found = programs()
        if found is None:
            raise RuntimeError("PostgreSQL is not installed")
        self._programs = found
        # Not below a folder closed to others, and the path of a socket must be short.
        self._home = Path(tempfile.mkdtemp(prefix="mch-pg-"))
        self._user: dict[str, str] = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._home, "postgres", "postgres")
            self._user = {"user": "postgres", "group": "postgres"}
        data = self._home / "data"
        self._run("initdb", "-D", data, "-U", "mch", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        self.start()
        self._run("createdb", "-h", self._home, "-U", "mch", "mch")

    @property
    def url(self) -> str:
        """Of a database in it."""
        return f"postgresql+psycopg://mch@/mch?host={self._home}"

    def start(self) -> None:
        """Begin, after whatever ended it."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._home} -c max_connections=120"
        self._run(
            "pg_ctl",
            "-D",
            self._home / "data",
            "-w",
            "-t",
            "120",
            "-l",
            self._home / "log",
            "-o",
            options,
            "start",
        )

    def kill(self) -> None:
        """SIGKILL to the server and everything it began."""
        number = int((self._home / "data" / "postmaster.pid").read_text().split()[0])
        own = subprocess.run(
            ["pgrep", "-P", str(number)], capture_output=True, text=True, check=False
        ).stdout.split()
        for one in (number, *map(int, own)):
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        # Where nobody reaps the dead, PostgreSQL takes its own dead predecessor for alive: what it left goes with it.
        for left in (self._home / "data" / "postmaster.pid", *self._home.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)

    def close(self) -> None:
        """End it and remove it."""
        self._run("pg_ctl", "-D", self._home / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *arguments: str | Path) -> None:
        groups: dict[str, list[int]] = {"extra_groups": []} if self._user else {}
        done = subprocess.run(
            [self._programs / program, *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self._home, check=False,
            **self._user, **groups,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
