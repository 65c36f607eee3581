"""Reading where a file can do no harm: in processes of their own, with limits on time and memory.

The program never parses a file itself. It keeps one or more *wardens*: idle processes that hold the forms and reference
data ready. A warden forks a *reader*, gives it files to read, hands its answers on, and ends it when it takes too long; a
single upload has a reader to itself. A reader that dies takes nothing with it but the file it held, and that file is
tried once more, by a fresh reader and with other libraries (see loaders/workbook.py), before it is refused. Where a system cannot fork, wardens read the files
themselves, without limits. When the machine is why a file could not be read (a full disk, no memory, no time), that is
raised as MachineError and never made an answer: nobody is told that his file is bad because our disk is full.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import multiprocessing
import os
import pickle
import queue
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from typing import Any, Generic

from loaders.limits import Limits
from loaders.machine import MachineError
from loaders.warden import PATIENCE, Answer, Chunk, Died, Job, Work, keep_watch

CHUNK = 8  # files sent to a warden at a time
AHEAD = 3  # chunks given to a warden before its first answer is taken
GRACE = 10.0  # seconds that a process is given to begin, to end, or to answer beyond its limits


class Sandbox(Generic[Job, Answer]):
    """A few wardens; safe to use from several threads."""

    def __init__(self, work: Work[Job, Answer], limits: Limits, *, workers: int = 1) -> None:
        self._work, self._limits = work, limits
        self._wardens = [_Warden(work, limits) for _ in range(max(1, workers))]
        self._idle: queue.SimpleQueue[_Warden] = queue.SimpleQueue()
        for warden in self._wardens:
            self._idle.put(warden)

    def one(self, job: Job) -> Answer | Died:
        """Read one file in a reader of its own; waits for an idle warden. Raises MachineError."""
        warden = self._idle.get()
        try:
            answer: Answer | Died = _spoken(warden.all(Chunk((job,), alone=True))[0])
            return answer
        finally:
            self._idle.put(warden)

    def each(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, Answer | Died]]:
        """Read many files, answers in the order given; no more than a few chunks are under way at a time.

        Raises MachineError at the file that the machine could not read in two tries; those before it are answered.
        """
        taken = [self._idle.get() for _ in self._wardens]
        under_way: deque[tuple[_Warden, Chunk[Job]]] = deque()
        turns = itertools.cycle(taken)
        try:
            for chunk in _chunks(jobs):
                warden = next(turns)
                warden.send(chunk)
                under_way.append((warden, chunk))
                if len(under_way) >= AHEAD * len(taken):
                    yield from _answers(under_way)
            while under_way:
                yield from _answers(under_way)
        finally:
            for warden in {id(warden): warden for warden, _ in under_way}.values():
                # Stopped half way: what it still has to say is nobody's. One that cannot begin now is begun when needed.
                with contextlib.suppress(OSError):
                    warden.restart()
            for warden in taken:
                self._idle.put(warden)

    def close(self) -> None:
        """End the wardens."""
        for warden in self._wardens:
            warden.close()

    def __enter__(self) -> Sandbox[Job, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _chunks(jobs: Iterable[Job]) -> Iterator[Chunk[Job]]:
    waiting = iter(jobs)
    while taken := tuple(itertools.islice(waiting, CHUNK)):
        yield Chunk(taken)


def _answers(under_way: deque[tuple[_Warden, Chunk[Any]]]) -> Iterator[tuple[Any, Any]]:
    warden, chunk = under_way.popleft()
    for job, answer in zip(chunk.jobs, warden.take(chunk), strict=True):
        yield job, _spoken(answer)


def _spoken(answer: Any) -> Any:
    """The answer, if it is one about the file."""
    if isinstance(answer, Died) and answer.reason == "machine":
        raise MachineError(answer.number)
    return answer


class _Warden:
    """One warden process, seen from the program."""

    def __init__(self, work: Work[Any, Any], limits: Limits) -> None:
        self._work, self._limits = work, limits
        self._owed: deque[Chunk[Any]] = deque()  # chunks sent and not yet answered
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        # A forked warden would inherit open database connections and the locks of other threads.
        context = multiprocessing.get_context("spawn")
        conn, theirs = context.Pipe()
        process = context.Process(target=keep_watch, args=(theirs,), daemon=True)
        with _without_main():
            process.start()
        theirs.close()
        self._conn, self._process = conn, process
        self._inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # Answers are taken off the pipe at once, so that a warden never waits for a program that is busy saving.
        self._begun = threading.Event()
        begin = (self._conn, self._inbox, self._begun, (self._work, self._limits))
        try:
            threading.Thread(target=_drain, args=begin, daemon=True).start()
        except RuntimeError:  # no further thread is to be had
            self.close()
            raise MachineError(errno.EAGAIN) from None

    def send(self, chunk: Chunk[Any]) -> None:
        """Give a chunk to read; raises OSError when there is no process for it, and none can be begun."""
        if not self._process.is_alive() and not self._owed:
            self.restart()
        self._owed.append(chunk)
        self._begun.wait(GRACE)
        # A warden that is gone is noticed when its answer is waited for.
        with contextlib.suppress(OSError, ValueError):
            self._conn.send(chunk)

    def take(self, chunk: Chunk[Any]) -> list[Any]:
        """The answers to the chunk sent first; a warden that is lost is replaced, and its chunks are read again once."""
        answers = self._receive(chunk)
        if answers is None:
            self._again()
            answers = self._receive(chunk)
        if answers is None:
            self._again(without_first=True)
            # A warden that forks parses nothing itself: what ends it twice is not in the file.
            lost = Died("machine", errno.ENOMEM) if hasattr(os, "fork") else Died("crash")
            return [lost] * len(chunk.jobs)
        self._owed.popleft()
        return answers

    def all(self, chunk: Chunk[Any]) -> list[Any]:
        """Send a chunk and wait for its answers."""
        with self._lock:
            self.send(chunk)
            return self.take(chunk)

    def _receive(self, chunk: Chunk[Any]) -> list[Any] | None:
        answers: list[Any] = []
        size = self._work.size or (lambda _: 0)
        # Two tries of the largest file; a warden that says nothing for longer is lost.
        patience = 2 * PATIENCE * (self._limits.seconds_for(max(map(size, chunk.jobs))) + 1) + GRACE
        while len(answers) < len(chunk.jobs):
            try:
                message = self._inbox.get(timeout=patience)
            except queue.Empty:
                message = None
            if message is None:
                return None
            answers.append(pickle.loads(message))  # noqa: S301 - written by our own process
        return answers

    def _again(self, *, without_first: bool = False) -> None:
        pending = list(self._owed)[1 if without_first else 0 :]
        self.restart()
        for chunk in pending:
            self.send(chunk)

    def restart(self) -> None:
        """A new process in this one's place, owing nothing."""
        self.close()
        self._owed.clear()
        self._start()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join(GRACE)
        with contextlib.suppress(OSError):
            self._conn.close()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Start a process without running the program's main module again, which it does not need."""
    main = sys.modules["__main__"]
    spec, file = getattr(main, "__spec__", None), getattr(main, "__file__", None)
    main.__spec__, main.__file__ = None, None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is None:
            del main.__file__
        else:
            main.__file__ = file


def _drain(
    conn: Connection, inbox: queue.SimpleQueue[bytes | None], begun: threading.Event, task: tuple[Any, Any]
) -> None:
    with contextlib.suppress(EOFError, OSError):
        conn.send(task)  # waits until the new process takes it; the program goes on meanwhile
        begun.set()
        while True:
            inbox.put(conn.recv_bytes())
    inbox.put(None)
