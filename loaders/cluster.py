"""Reading on many machines: a Dask cluster in the place of the local processes, for backfills.

Each machine of the cluster reads in the same limited processes as this one would (loaders/sandbox.py), so a hostile file
ends a reader there and nothing else. Files are fetched here and sent along; originals and numbers are kept here, by the
one program that saves. The machines need this program, the same version, and nothing else: no database, no shared disk.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import multiprocessing
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic

from loaders.limits import Limits
from loaders.machine import MachineError
from loaders.sandbox import CHUNK, Sandbox
from loaders.warden import Answer, Died, Job, Work

if TYPE_CHECKING:
    from distributed import Client, Future

AHEAD = 4  # chunks under way for each thread of the cluster
CONNECT_SECONDS = 30
_rooms = threading.local()


class ClusterError(Exception):
    """The cluster cannot be used; the message says what to do."""


class Cluster(Generic[Job, Answer]):
    """Answers like a Sandbox, from the machines behind a scheduler."""

    def __init__(
        self, work: Work[Job, Answer], limits: Limits, address: str, fetched: Callable[[Job], Job]
    ) -> None:
        from distributed import Client

        try:
            self._client: Client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterError(f"no scheduler answers at {address}: {error}") from None
        self._fetched = fetched
        # What a machine would put away is kept by the program that saves; there it would be on the wrong disk.
        alone = replace(work, save=None, put=None)
        self._task = self._client.scatter(pickle.dumps((alone, limits)), broadcast=True)
        threads = sum(self._client.nthreads().values())
        if not threads:
            self.close()
            raise ClusterError(
                f"the scheduler at {address} has no workers yet: start `dask worker` on the machines"
            )
        self._ahead = AHEAD * threads

    def each(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer | Died]]:
        """Read many files, answers in the order given."""
        under_way: deque[tuple[tuple[Job, ...], Future[list[Any]]]] = deque()
        waiting = iter(jobs)
        while chunk := tuple(itertools.islice(waiting, CHUNK)):
            sent = [self._fetched(job) for job in chunk]
            under_way.append(
                (chunk, self._client.submit(read_chunk, self._task, sent, pure=False, retries=2))
            )
            if len(under_way) >= self._ahead:
                yield from _answers(under_way)
        while under_way:
            yield from _answers(under_way)

    def one(self, job: Job) -> Answer | Died:
        """Read one file."""
        ((_, answer),) = self.each([job])
        return answer

    def close(self) -> None:
        """Leave the cluster, which goes on without us."""
        self._client.close()

    def __enter__(self) -> Cluster[Job, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answers(under_way: deque[tuple[tuple[Any, ...], Future[list[Any]]]]) -> Iterator[tuple[Any, Any]]:
    from distributed import KilledWorker

    jobs, future = under_way.popleft()
    try:
        answers = future.result()
    except KilledWorker:
        # Several machines ended with these files in hand. What a file can do ends a reader, so it is not told of the files.
        raise MachineError(errno.ENOMEM) from None
    yield from zip(jobs, answers, strict=True)


def read_chunk(task: bytes, jobs: list[Any]) -> list[Any]:
    """Read files on a machine of the cluster, in a sandbox that this thread keeps for as long as the task is the same."""
    held = getattr(_rooms, "held", None)
    if held is None or held[0] != task:
        if held is not None:
            held[1].close()
        work, limits = pickle.loads(task)  # noqa: S301 - from our own scheduler
        with _allowed_to_begin_processes():
            _rooms.held = held = (task, Sandbox(work, limits))
    return [answer for _, answer in held[1].each(jobs)]


@contextlib.contextmanager
def _allowed_to_begin_processes() -> Iterator[None]:
    """A worker under Dask's nanny is a process that may not begin others; ours must, and end with it all the same."""
    own: dict[str, Any] = multiprocessing.process.current_process()._config  # type: ignore[attr-defined]
    before = own.get("daemon")
    own["daemon"] = False
    try:
        yield
    finally:
        own["daemon"] = before
