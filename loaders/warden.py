"""The processes in which files are read: a warden, and the readers that it forks (see loaders/sandbox.py)."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, TypeVar

from loaders.limits import Limits

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Reason = Literal["time", "memory", "crash"]


@dataclass(frozen=True)
class Died:
    """The reader ended without an answer for this file."""

    reason: Reason


@dataclass(frozen=True)
class Work(Generic[Job, Answer]):
    """What wardens do, as functions that other processes can be given.

    `prepare()` runs once in each warden; `fetch(job)` gets what a job needs from outside (a file's bytes) in the warden; `read(job, fetched, careful)` parses
    in the reader; `keep(job, fetched, answer)` runs in the warden after a good answer.
    """

    fetch: Callable[[Job], Any]
    read: Callable[[Job, Any, bool], Answer]
    keep: Callable[[Job, Any, Answer], None] | None = None
    prepare: Callable[[], None] | None = None


def keep_watch(conn: Connection, work: Work[Any, Any], limits: Limits) -> None:
    """The life of a warden: a chunk of jobs in, an answer for each out, until the program is gone."""
    # Interrupting the program is for the program to handle; it ends its wardens itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if work.prepare is not None:
        work.prepare()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(EOFError, OSError):
        while True:
            for message in _read_chunk(conn.recv(), work, limits):
                conn.send_bytes(message)


def _read_chunk(jobs: Sequence[Any], work: Work[Any, Any], limits: Limits) -> Iterator[bytes]:
    """An answer for each job, pickled, in order."""
    fetched = [work.fetch(job) for job in jobs]
    pairs = list(zip(jobs, fetched, strict=True))
    done = 0
    while done < len(pairs):
        ended: Died | None = None
        for message in _fork(pairs[done:], work, limits, False):
            if isinstance(message, Died):
                ended = message
                break
            yield _kept(message, *pairs[done], work)
            done += 1
        if ended is not None:
            yield _kept(_second_try(pairs[done], work, limits, ended), *pairs[done], work)
            done += 1


def _second_try(pair: tuple[Any, Any], work: Work[Any, Any], limits: Limits, first: Died) -> bytes:
    """One more try, alone and with care; a file that took too long is not given the same time again."""
    if first.reason == "crash":
        for message in _fork([pair], work, limits, True):
            if not isinstance(message, Died):
                return message
            first = message
    return pickle.dumps(first)


def _kept(message: bytes, job: Any, fetched: Any, work: Work[Any, Any]) -> bytes:
    if work.keep is not None:
        answer = pickle.loads(message)  # noqa: S301 - written by our own process
        if not isinstance(answer, Died):
            work.keep(job, fetched, answer)
    return message


def _fork(
    pairs: Sequence[tuple[Any, Any]], work: Work[Any, Any], limits: Limits, careful: bool
) -> Iterator[bytes | Died]:
    """Read in a forked process; yields its answers, then Died if it ended before the last one."""
    if not hasattr(os, "fork"):
        yield from (_answer(job, fetched, work, careful) for job, fetched in pairs)
        return
    ours, theirs = multiprocessing.Pipe(duplex=False)
    number = os.fork()
    if number == 0:
        _be_reader(theirs, pairs, work, limits, careful)
    theirs.close()
    try:
        yield from _listen(ours, number, len(pairs), limits)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(number, 0)
        ours.close()


def _listen(ours: Connection, number: int, count: int, limits: Limits) -> Iterator[bytes | Died]:
    for _ in range(count):
        try:
            # The clock allows a little more than the processor: on a busy machine a good file may have to wait.
            if not ours.poll(limits.seconds + 1):
                yield Died("time")
                return
            yield ours.recv_bytes()
        except (EOFError, OSError):
            _, status = os.waitpid(number, 0)
            ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            yield Died("time" if ended == signal.SIGXCPU else "crash")
            return


def _be_reader(
    conn: Connection, pairs: Sequence[tuple[Any, Any]], work: Work[Any, Any], limits: Limits, careful: bool
) -> None:
    """The life of a reader: it ends here, whatever happens."""
    try:
        _restrain(limits)
        for job, fetched in pairs:
            _allow_seconds(limits.seconds)
            conn.send_bytes(_answer(job, fetched, work, careful))
    finally:
        os._exit(1)


def _answer(job: Any, fetched: Any, work: Work[Any, Any], careful: bool) -> bytes:
    try:
        return pickle.dumps(work.read(job, fetched, careful))
    except MemoryError:
        return pickle.dumps(Died("memory"))


def _restrain(limits: Limits) -> None:
    """No more memory than allowed, no file written, no core left behind."""
    import resource

    held = int(_status("VmSize")) * 1024 if os.path.exists("/proc/self/status") else 512 * 1024**2
    most = held + limits.megabytes * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the libraries say on their way down is of no use to anybody.
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 2)


def _status(name: str) -> str:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(line.split()[1] for line in status if line.startswith(f"{name}:"))


def _allow_seconds(seconds: int) -> None:
    """Processor time for the next file, from what is used up already."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
