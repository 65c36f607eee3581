"""Faults while uploads come in: `python -m benchmarks.faults [--rounds 100] [--seconds 0] [--postgresql | --sqlite]`.

In each round some files are handed in at once, each again and again until it is acknowledged, and at a random moment
something is broken: one process of the server is killed (SIGKILL), the whole server, PostgreSQL, the disk is full (a small
tmpfs, which needs root), the database is locked by somebody else. After each round every acknowledged upload must be
there whole, none half, none twice, and `store.verify` must find nothing. `--seconds`: begin no further round after so long on each database (0: no bound).
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from benchmarks.installation import Books, Ledger, Served, losses
from benchmarks.private_postgresql import PrivatePostgreSQL
from store.database import Store

FILES, AT_ONCE = 10, 5
TMPFS_MEGABYTES = 64
Breaking = Callable[[], None]


class Faults:
    """An installation and the ways to break it."""

    def __init__(self, home: Path, kind: str, *, processes: int = 2, tmpfs: bool = True) -> None:
        self._home, self._kind = home, kind
        self.disk = home / "disk"
        self.disk.mkdir(parents=True)
        self._mounted = tmpfs and _mount(self.disk)
        self._server = PrivatePostgreSQL() if kind == "postgresql" else None
        url = self._server.url if self._server else f"sqlite:///{self.disk / 'mch.sqlite'}"
        self.served = Served(home / "served", url, processes=processes, data=self.disk)
        self.books, self.ledger = Books(self.served.workspace, home), Ledger()
        self.kinds: dict[str, Breaking] = {
            "process": self.served.kill_one,
            "server": self._server_dies,
            "lock": self._lock,
        }
        if self._mounted:
            self.kinds["disk"] = self._fill_disk
        if self._server:
            self.kinds["postgresql"] = self._database_dies

    def round(self, kind: str, files: int = FILES, at_once: int = AT_ONCE, after: float = 0.2) -> list[str]:
        """One round; what was lost."""
        returns = self.books.make(files)
        breaking = threading.Timer(after, self.kinds[kind])
        breaking.start()
        self.ledger.hand_in_all(self.served.port, returns, at_once)
        breaking.join()
        return losses(self.served.settings, self.served.workspace, self.ledger)

    def _server_dies(self) -> None:
        self.served.kill()
        self.served.start()

    def _database_dies(self) -> None:
        assert self._server is not None
        self._server.kill()
        time.sleep(0.3)
        self._server.start()

    def _lock(self, seconds: float = 2.0) -> None:
        other = Store(self.served.settings.store_url, self.served.settings.originals)
        with other.writing():
            time.sleep(seconds)
        other.close()

    def _fill_disk(self, seconds: float = 1.0) -> None:
        filler = self.disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)
        time.sleep(seconds)
        filler.unlink()

    def close(self) -> None:
        """End everything that was begun."""
        self.served.close()
        if self._server:
            self._server.close()
        if self._mounted:
            subprocess.run(["umount", "-l", str(self.disk)], check=False)


def _mount(folder: Path) -> bool:
    if os.name != "posix" or os.geteuid() != 0:
        return False
    size = f"size={TMPFS_MEGABYTES}m"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


def run(kind: str, rounds: int, seconds: float = 0, seed: int = 1) -> int:
    """Rounds on one kind of database; how many losses."""
    chance, lost, counted = random.Random(seed), 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        faults = Faults(Path(folder), kind)
        begun = time.monotonic()
        try:
            faults.served.start()
            for number in range(1, rounds + 1):
                if seconds and time.monotonic() - begun > seconds:
                    break
                fault = chance.choice(sorted(faults.kinds))
                found = faults.round(fault, after=chance.uniform(0.0, 0.8))
                counted[fault] += 1
                if number % 10 == 0:
                    print(
                        f"{kind}: {number} rounds, {len(faults.ledger.held)} acknowledged, {lost} losses",
                        flush=True,
                    )
                lost += len(found)
                for sentence in found:
                    print(f"round {number} ({fault}): {sentence}", flush=True)
        finally:
            faults.close()
        print(
            f"{kind}: {counted.total()} rounds ({', '.join(f'{count} {name}' for name, count in sorted(counted.items()))}), "
            f"{len(faults.ledger.held)} uploads acknowledged, answers that failed and were asked again "
            f"{dict(sorted(faults.ledger.failed.items()))} (0: cut off), {lost} losses, {time.monotonic() - begun:.0f} s",
            flush=True,
        )
    return lost


def main() -> None:
    """Both databases unless told otherwise."""
    # Asked to end it ends as by Ctrl+C, so that the small disk is unmounted and no server is left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    asked = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    asked.add_argument("--rounds", type=int, default=100, help="all together")
    asked.add_argument("--seconds", type=float, default=0, help="on each database; 0: no bound")
    asked.add_argument("--sqlite", action="store_const", const="sqlite", help="on SQLite only")
    asked.add_argument("--postgresql", action="store_const", const="postgresql", help="on PostgreSQL only")
    given = asked.parse_args()
    kinds = [kind for kind in (given.sqlite, given.postgresql) if kind] or ["sqlite", "postgresql"]
    share = -(-given.rounds // len(kinds))
    sys.exit(1 if sum(run(kind, share, given.seconds) for kind in kinds) else 0)


if __name__ == "__main__":
    main()
